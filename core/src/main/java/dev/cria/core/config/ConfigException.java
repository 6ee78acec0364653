package dev.cria.core.config;

/** A configuration that cannot be used. The message is one line: where, which key, what is wrong and how to mend it. */
public final class ConfigException extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;

    /** An error with its message. */
    public ConfigException(String message) {
        super(message);
    }

    /** An error that another exception revealed. */
    public ConfigException(String message, Throwable cause) {
        super(message, cause);
    }
}
