package dev.cria.model.generation;

/** Why a sequence ended. */
public enum FinishReason {
    /** The model wrote its end token or another stop token. */
    STOP_TOKEN,
    /** A stop string appeared. */
    STOP_STRING,
    /** As many tokens as allowed were written. */
    MAX_TOKENS,
    /** The model's longest sequence was reached. */
    CONTEXT_FULL,
    /** The listener asked to stop. */
    CANCELLED
}
