package dev.cria.tokenizer;

/** Checks on ids that several classes share. */
final class TokenIds {
    private TokenIds() {}

    static void checkInRange(int id, int vocabSize) {
        if (id < 0 || id >= vocabSize) {
            throw new IllegalArgumentException("token id " + id + " is outside the vocabulary, 0.." + (vocabSize - 1));
        }
    }

    static void requireBosAndEos(Tokenizer tokenizer) {
        if (tokenizer.bosId() < 0 || tokenizer.eosId() < 0) {
            throw new IllegalArgumentException(
                    "a chat format needs a tokenizer with bos and eos pieces; this one has bos id " + tokenizer.bosId()
                            + " and eos id " + tokenizer.eosId());
        }
    }
}
