package dev.cria.tokenizer;

/** Whether encoding puts a space before a text that is not empty, so that a word has the same ids at the start and inside. */
enum DummyPrefix {
    NEVER,
    /** As SentencePiece does. */
    ALWAYS,
    /** Only before texts that do not start with a space, as Hugging Face's Metaspace pre-tokenizer does. */
    UNLESS_SPACE
}
