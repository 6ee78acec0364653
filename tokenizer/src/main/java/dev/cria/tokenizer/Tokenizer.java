package dev.cria.tokenizer;

import java.nio.file.Path;
import java.util.List;

/**
 * Maps text to token ids and back. Implementations are immutable and safe to share between threads.
 *
 * <p>{@code encode} adds neither bos nor eos and never turns text such as {@code "</s>"} into a control id.
 */
public interface Tokenizer {
    /** The number of ids; every id lies in {@code 0..vocabSize()-1}. */
    int vocabSize();

    /** The id that begins a sequence, or -1 if there is none. */
    int bosId();

    /** The id that ends a sequence, or -1 if there is none. */
    int eosId();

    /**
     * The text form of one id as it stands in the vocabulary, for display.
     *
     * @throws IllegalArgumentException if the id is out of range
     */
    String piece(int id);

    /** Encodes a text; each unpaired surrogate counts as U+FFFD. */
    int[] encode(String text);

    /** Encodes UTF-8 bytes; what a byte that is not valid UTF-8 becomes is the implementation's to say. */
    int[] encode(byte[] utf8);

    /** Encodes a text and says where each token came from; the ids are those of {@link #encode(String)}. */
    List<Token> encodeWithOffsets(String text);

    /** Encodes many texts on all cores of the common pool; entry i holds the ids of text i. */
    default int[][] encodeAll(List<String> texts) {
        return texts.parallelStream().map(this::encode).toArray(int[][]::new);
    }

    /**
     * Decodes ids to text. Control ids vanish; each byte that is not part of a valid UTF-8 character becomes U+FFFD.
     *
     * @throws IllegalArgumentException if an id is out of range
     */
    default String decode(int[] ids) {
        StringBuilder text = new StringBuilder(ids.length * 4);
        StreamingDecoder decoder = streamingDecoder();
        for (int id : ids) {
            text.append(decoder.add(id));
        }
        return text.append(decoder.finish()).toString();
    }

    /**
     * Decodes ids to bytes, with bytes that are not valid UTF-8 left as they are.
     *
     * @throws IllegalArgumentException if an id is out of range
     */
    byte[] decodeBytes(int[] ids);

    /** A decoder for ids that arrive one by one. */
    StreamingDecoder streamingDecoder();

    /** Lower-case hexadecimal SHA-256 of the saved form: equal fingerprints mean equal ids for every text. */
    String fingerprint();

    /**
     * Writes the tokenizer's files into a directory, which is made if absent; {@link #load} reads them back.
     *
     * @throws java.io.UncheckedIOException if a file cannot be written
     */
    void save(Path directory);

    /**
     * Loads a tokenizer from one of its files, or from a directory (such as a checkpoint) that holds one: the first found of
     * {@code tokenizer.model}, {@code tokenizer.json} and {@code byte_tokenizer.json}.
     *
     * @throws IllegalArgumentException if there is no tokenizer, or its content is broken; the message names the file
     * @throws java.io.UncheckedIOException if a file cannot be read
     */
    static Tokenizer load(Path path) {
        return TokenizerFiles.load(path);
    }
}
