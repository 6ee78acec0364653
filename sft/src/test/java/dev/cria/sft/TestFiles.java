package dev.cria.sft;

import dev.cria.tokenizer.BpeTokenizer;
import dev.cria.tokenizer.Tokenizer;
import java.nio.file.Path;

/** The fixtures of this module; {@code make_fixtures.py} beside them makes those that are made. */
final class TestFiles {
    private static final Path ROOT = Path.of("src/test/resources/dev/cria/sft");

    private TestFiles() {}

    static Path golden(String name) {
        return ROOT.resolve("golden").resolve(name);
    }

    static Path parity() {
        return ROOT.resolve("parity");
    }

    /** A BPE tokenizer of 1,000 pieces in Llama's form. */
    static BpeTokenizer bpe() {
        return (BpeTokenizer) Tokenizer.load(Path.of("../tokenizer/src/test/resources/dev/cria/tokenizer/llama.model"));
    }
}
