package dev.cria.pretrain.prepare;

/** What became of a document. */
public enum Fate {
    /** It is in the shards. */
    KEPT,
    /** It had no characters. */
    EMPTY,
    /** It was shorter than the filter asks. */
    TOO_SHORT,
    /** It was longer than the filter allows. */
    TOO_LONG,
    /** It had fewer letters than the filter asks. */
    FEW_LETTERS,
    /** The same text came before. */
    DUPLICATE,
    /** A text much like it came before. */
    NEAR_DUPLICATE
}
