package dev.cria.core.data;

import dev.cria.core.io.InvalidFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/**
 * The tokens of a corpus as {@link TokenShardWriter} wrote them: one long sequence, read at random through memory maps by
 * any number of threads.
 */
public final class TokenShards {
    private final Path directory;
    private final ShardIndex index;
    private final List<NpyFile> shards;
    private final long[] starts;
    private final NpyFile documents;

    private TokenShards(Path directory, ShardIndex index) {
        this.directory = directory;
        this.index = index;
        this.shards = new ArrayList<>();
        this.starts = new long[index.shards().size() + 1];
        for (int i = 0; i < index.shards().size(); i++) {
            shards.add(openShard(i));
            starts[i + 1] = starts[i] + shards.get(i).length();
        }
        this.documents = NpyFile.open(directory.resolve(ShardIndex.DOCUMENTS));
        checkDocuments();
    }

    /**
     * Opens a directory for a tokenizer.
     *
     * @param tokenizer the fingerprint of the tokenizer in use
     * @throws InvalidFileException if another tokenizer made the tokens, or a file is damaged or missing
     * @throws java.io.UncheckedIOException if a file cannot be read
     */
    public static TokenShards open(Path directory, String tokenizer) {
        TokenShards shards = open(directory);
        if (!shards.tokenizer().equals(tokenizer)) {
            throw new InvalidFileException(
                    directory,
                    "its tokens were made by another tokenizer (fingerprint %s, not %s); prepare the text again with this one"
                            .formatted(shards.tokenizer(), tokenizer));
        }
        return shards;
    }

    /**
     * Opens a directory whatever the tokenizer.
     *
     * @throws InvalidFileException if a file is damaged or missing
     * @throws java.io.UncheckedIOException if a file cannot be read
     */
    public static TokenShards open(Path directory) {
        return new TokenShards(directory, ShardIndex.read(directory));
    }

    private NpyFile openShard(int shard) {
        NpyFile file = NpyFile.open(directory.resolve(ShardIndex.shardFile(shard)));
        if (file.type() == NpyType.INT64 || file.length() != index.shards().get(shard)) {
            throw new InvalidFileException(
                    file.file(),
                    "it holds %d elements of type %s, %s says %d tokens; prepare the text again"
                            .formatted(
                                    file.length(),
                                    file.type().descr(),
                                    ShardIndex.FILE,
                                    index.shards().get(shard)));
        }
        return file;
    }

    private void checkDocuments() {
        boolean sound = documents.type() == NpyType.INT64
                && index.documents() >= 0
                && documents.length() == index.documents() + 1
                && documents.get(0) == 0
                && documents.get(documents.length() - 1) == tokens();
        for (long i = 1; sound && i < documents.length(); i++) {
            sound = documents.get(i) >= documents.get(i - 1);
        }
        if (!sound) {
            throw new InvalidFileException(
                    documents.file(),
                    "it does not hold the rising offsets of %d documents from 0 to %d; prepare the text again"
                            .formatted(index.documents(), tokens()));
        }
    }

    /** Fingerprint of the tokenizer that made the tokens. */
    public String tokenizer() {
        return index.tokenizer();
    }

    /** The tokenizer's vocabulary; every token is smaller. */
    public int vocabSize() {
        return index.vocabSize();
    }

    /** Number of tokens. */
    public long tokens() {
        return starts[starts.length - 1];
    }

    /** Number of documents. */
    public long documents() {
        return index.documents();
    }

    /**
     * Where a document begins; {@code documents()} gives the end of the last.
     *
     * @throws IndexOutOfBoundsException if there is no such document
     */
    public long documentStart(long document) {
        return documents.get(document);
    }

    /**
     * Copies {@code length} tokens from {@code from} on to {@code to[at]} and after.
     *
     * @throws IndexOutOfBoundsException if there are not that many, or the array is too short
     * @throws InvalidFileException if a token is not of the vocabulary
     */
    public void copy(long from, int length, int[] to, int at) {
        Objects.checkFromIndexSize(from, length, tokens());
        int found = Arrays.binarySearch(starts, from);
        int shard = found >= 0 ? found : -found - 2;
        int done = 0;
        while (done < length) {
            long within = from + done - starts[shard];
            NpyFile file = shards.get(shard);
            int part = (int) Math.min(length - done, file.length() - within);
            file.copy(within, part, to, at + done);
            done += part;
            shard++;
        }
        requireVocabulary(from, length, to, at);
    }

    private void requireVocabulary(long from, int length, int[] to, int at) {
        for (int i = 0; i < length; i++) {
            if (to[at + i] < 0 || to[at + i] >= index.vocabSize()) {
                throw new InvalidFileException(
                        directory,
                        "token %d has the id %s, beyond the vocabulary of %d; prepare the text again"
                                .formatted(from + i, Integer.toUnsignedString(to[at + i]), index.vocabSize()));
            }
        }
    }
}
