package dev.cria.core.ops.gpu;

/** There is no GPU that ND4J can compute on; the message, one line, says why and what to do. */
public final class GpuUnavailableException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** With a message for the user. */
    public GpuUnavailableException(String message) {
        super(message);
    }
}
