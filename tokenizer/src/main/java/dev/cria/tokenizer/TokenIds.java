package dev.cria.tokenizer;

/** The range check that all tokenizers share. */
final class TokenIds {
    private TokenIds() {}

    static void checkInRange(int id, int vocabSize) {
        if (id < 0 || id >= vocabSize) {
            throw new IllegalArgumentException("token id " + id + " is outside the vocabulary, 0.." + (vocabSize - 1));
        }
    }
}
