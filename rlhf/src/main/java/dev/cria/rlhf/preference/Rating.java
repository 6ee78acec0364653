package dev.cria.rlhf.preference;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** How much better an annotator finds the chosen answer (paper section 3.2.1). */
public enum Rating {
    /** The strongest preference. */
    SIGNIFICANTLY_BETTER,
    /** A clear one. */
    BETTER,
    /** A weak one. */
    SLIGHTLY_BETTER,
    /** Hardly one, or the annotator is not sure. */
    NEGLIGIBLY_BETTER;

    /** The name in preference files, such as {@code slightly_better}. */
    public String id() {
        return name().toLowerCase(Locale.ROOT);
    }

    /**
     * The rating of a name in a preference file.
     *
     * @throws IllegalArgumentException if no rating has this name
     */
    public static Rating of(String id) {
        for (Rating rating : values()) {
            if (rating.id().equals(id)) {
                return rating;
            }
        }
        throw new IllegalArgumentException("unknown rating '%s'; ratings are %s"
                .formatted(id, Arrays.stream(values()).map(Rating::id).collect(Collectors.joining(", "))));
    }
}
