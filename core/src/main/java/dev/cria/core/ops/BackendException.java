package dev.cria.core.ops;

/** ND4J has no backend to compute on, or not the one asked for; the message, one line, says why and what to do. */
public final class BackendException extends IllegalStateException {
    private static final long serialVersionUID = 1L;

    BackendException(String message, Throwable cause) {
        super(message, cause);
    }

    BackendException(String message) {
        super(message);
    }
}
