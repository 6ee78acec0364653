package dev.cria.rlhf.iterate;

import dev.cria.rlhf.preference.Preference;
import java.util.List;
import java.util.Optional;

/** Whoever compares answers: people, a simulation of them, or a reward model. */
@FunctionalInterface
public interface Annotator {
    /**
     * Compares answers.
     *
     * @param comparisons some comparisons of a round, in the order of their indices
     * @return what is preferred in each; empty where the annotator cannot say
     * @throws LabelsMissingException if the labels are not there yet
     */
    List<Optional<Preference>> annotate(List<Comparison> comparisons);

    /** Labels that somebody has yet to give; the run ends, and goes on when they are there. */
    final class LabelsMissingException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        /** The message says which file is waited for. */
        public LabelsMissingException(String message) {
            super(message);
        }
    }
}
