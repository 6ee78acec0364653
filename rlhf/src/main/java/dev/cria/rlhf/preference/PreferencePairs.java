package dev.cria.rlhf.preference;

import dev.cria.tokenizer.ChatFormat;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Turns comparisons into pairs of token sequences, leaves out what cannot be learned from, and counts. */
public final class PreferencePairs {
    private final ChatFormat format;
    private final int contextLength;
    private final boolean labelled;
    private final List<EncodedPair> pairs = new ArrayList<>();
    private int read;
    private int excluded;
    private int tooLong;

    /**
     * What became of the comparisons.
     *
     * @param read all
     * @param pairs that are left
     * @param excluded pairs whose chosen answer is unsafe while the other is safe, and those whose answers have the same tokens
     * @param droppedTooLong pairs of which a dialogue is longer than the context; an answer is never cut
     * @param tokens of the pairs that are left, what two dialogues share counted once
     */
    public record Counts(int read, int pairs, int excluded, int droppedTooLong, long tokens) {
        /** One line for people. */
        public String summary() {
            return "%d comparisons: %d pairs, %d tokens; excluded: %d that prefer an unsafe answer to a safe one or have the same answer twice; dropped: %d too long"
                    .formatted(read, pairs, tokens, excluded, droppedTooLong);
        }
    }

    /**
     * No pairs yet.
     *
     * @param format how a dialogue becomes tokens
     * @param contextLength most tokens of a dialogue
     * @param labelled whether a comparison without safety labels is refused
     */
    public PreferencePairs(ChatFormat format, int contextLength, boolean labelled) {
        this.format = format;
        this.contextLength = contextLength;
        this.labelled = labelled;
    }

    /**
     * Adds the comparisons of a preference file.
     *
     * @throws dev.cria.core.io.InvalidFileException naming the file and the line that is wrong
     */
    public void addFile(Path file) {
        PreferenceData.forEach(file, this::add);
    }

    /**
     * Adds a comparison, unless it contradicts its labels, has no two answers to tell apart or is too long.
     *
     * @throws IllegalArgumentException if the format refuses it, or it lacks labels that are wanted
     */
    public void add(Preference preference) {
        if (labelled && preference.safety() == null) {
            throw new IllegalArgumentException(
                    "it has no \"chosen_safe\" and \"rejected_safe\", which the safety loss learns from; "
                            + "label the answers, give it as data.others, or set loss.safetyWeight to 0");
        }
        read++;
        Optional<EncodedPair> pair =
                preference.isExcluded() ? Optional.empty() : EncodedPair.ofDifferent(preference, format);
        if (pair.isEmpty()) {
            excluded++;
        } else if (pair.get().longest() > contextLength) {
            tooLong++;
        } else {
            pairs.add(pair.get());
        }
    }

    /** The pairs so far, in the order they were added. */
    public List<EncodedPair> pairs() {
        return List.copyOf(pairs);
    }

    /** What was read, kept and left out. */
    public Counts counts() {
        long tokens = pairs.stream()
                .mapToLong(pair -> pair.shared().length + pair.chosen().length + pair.rejected().length)
                .sum();
        return new Counts(read, pairs.size(), excluded, tooLong, tokens);
    }
}
