package dev.cria.core.ops;

import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Memory for tensors cannot be had; the message names what was asked for, what there is, and settings that need less. */
public final class TensorMemoryError extends OutOfMemoryError {
    private static final long serialVersionUID = 1L;

    private static final String REMEDY =
            "lower data.batchSize or data.contextLength, set training.activationCheckpointing to true, or take a smaller model";

    private static final Pattern FAILED_ALLOCATION = Pattern.compile(
            "allocation failed|failed to allocate|can't allocate|cannot allocate|failed temp allocation",
            Pattern.CASE_INSENSITIVE);

    private TensorMemoryError(String message, Throwable cause) {
        super(message);
        initCause(cause);
    }

    static TensorMemoryError of(long bytes, Throwable cause) {
        return new TensorMemoryError(
                "cannot allocate %,d MiB for tensors on %s: %s; %s"
                        .formatted(bytes >> 20, Backend.device(), cause.getMessage(), REMEDY),
                cause);
    }

    /** What an exception says of memory, if it or one of its causes comes of an allocation that ND4J could not make. */
    public static Optional<TensorMemoryError> in(Throwable thrown) {
        for (Throwable e = thrown; e != null; e = e.getCause()) {
            if (e instanceof TensorMemoryError found) {
                return Optional.of(found);
            }
            if (isFailedAllocation(e.getMessage())) {
                return Optional.of(new TensorMemoryError(
                        "memory for a result ran out on %s: %s; %s".formatted(Backend.device(), e.getMessage(), REMEDY),
                        e));
            }
        }
        return Optional.empty();
    }

    /** How libnd4j words it, on either backend. */
    private static boolean isFailedAllocation(@Nullable String message) {
        return message != null && FAILED_ALLOCATION.matcher(message).find();
    }
}
