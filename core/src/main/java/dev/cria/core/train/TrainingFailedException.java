package dev.cria.core.train;

/** A run that cannot go on by itself; the message says why, which checkpoint is good and what to change. */
public final class TrainingFailedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** A failure. */
    public TrainingFailedException(String message) {
        super(message);
    }
}
