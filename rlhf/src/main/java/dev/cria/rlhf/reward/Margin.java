package dev.cria.rlhf.reward;

import dev.cria.rlhf.preference.Rating;
import org.jspecify.annotations.Nullable;

/** By how much the chosen answer's score should exceed the other's, given the rating (paper table 27). */
public enum Margin {
    /** No margin. */
    NONE(0),
    /** 1, 2/3, 1/3 and 0 from significantly to negligibly better. */
    SMALL(1),
    /** 3, 2, 1 and 0 from significantly to negligibly better. */
    LARGE(3);

    private final double largest;

    Margin(double largest) {
        this.largest = largest;
    }

    /** The margin of a rating; 0 where nobody rated. */
    public double of(@Nullable Rating rating) {
        if (rating == null) {
            return 0;
        }
        return switch (rating) {
            case SIGNIFICANTLY_BETTER -> largest;
            case BETTER -> largest * 2 / 3;
            case SLIGHTLY_BETTER -> largest / 3;
            case NEGLIGIBLY_BETTER -> 0;
        };
    }
}
