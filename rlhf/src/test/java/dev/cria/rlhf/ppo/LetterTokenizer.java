package dev.cria.rlhf.ppo;

import dev.cria.tokenizer.StreamingDecoder;
import dev.cria.tokenizer.Token;
import dev.cria.tokenizer.Tokenizer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

/** A tokenizer of a few letters for tasks that can be solved by hand: id 0 begins a sequence, the last may end it. */
public final class LetterTokenizer implements Tokenizer {
    private final int size;
    private final boolean hasEos;

    /** Letters from a on. */
    public LetterTokenizer(int size, boolean hasEos) {
        this.size = size;
        this.hasEos = hasEos;
    }

    @Override
    public int vocabSize() {
        return size;
    }

    @Override
    public int bosId() {
        return 0;
    }

    @Override
    public int eosId() {
        return hasEos ? size - 1 : -1;
    }

    @Override
    public String piece(int id) {
        return String.valueOf((char) ('a' + id));
    }

    @Override
    public int[] encode(String text) {
        return text.chars().map(c -> c - 'a').toArray();
    }

    @Override
    public int[] encode(byte[] utf8) {
        return encode(new String(utf8, StandardCharsets.UTF_8));
    }

    @Override
    public List<Token> encodeWithOffsets(String text) {
        throw new UnsupportedOperationException();
    }

    @Override
    public byte[] decodeBytes(int[] ids) {
        return decode(ids).getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public StreamingDecoder streamingDecoder() {
        return new StreamingDecoder() {
            @Override
            public String add(int id) {
                return piece(id);
            }

            @Override
            public String finish() {
                return "";
            }
        };
    }

    @Override
    public String fingerprint() {
        return "letters-" + size + hasEos;
    }

    @Override
    public void save(Path directory) {
        throw new UnsupportedOperationException();
    }
}
