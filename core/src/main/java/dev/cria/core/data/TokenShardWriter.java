package dev.cria.core.data;

import dev.cria.core.io.AtomicDirectory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Writes the tokens of a corpus into a directory: {@code tokens-00000.npy} and so on, cut at a size without regard to
 * documents, {@code documents.npy} with the offset of each document's first token and, last, the number of all tokens,
 * and {@code shards.json}. The directory appears when {@link #publish} is called, whole; closed without that it does not.
 */
public final class TokenShardWriter implements AutoCloseable {
    /** Tokens of a shard by default: 512 MB in 16 bits. */
    public static final long DEFAULT_SHARD_TOKENS = 1L << 28;

    private final AtomicDirectory directory;
    private final String tokenizer;
    private final int vocabSize;
    private final long shardTokens;
    private final NpyWriter documents;
    private final List<Long> shards = new ArrayList<>();
    private @Nullable NpyWriter shard;
    private long tokens;
    private long endOfLastDocument;

    private TokenShardWriter(AtomicDirectory directory, String tokenizer, int vocabSize, long shardTokens) {
        this.directory = directory;
        this.tokenizer = tokenizer;
        this.vocabSize = vocabSize;
        this.shardTokens = shardTokens;
        this.documents = new NpyWriter(directory.path().resolve(ShardIndex.DOCUMENTS), NpyType.INT64);
        documents.append(0);
    }

    /**
     * Begins a directory that must be absent or empty.
     *
     * @param tokenizer fingerprint of the tokenizer, checked when the shards are opened
     * @param vocabSize the tokenizer's vocabulary; up to 65,536 the tokens take 16 bits each, else 32
     * @throws IllegalArgumentException if there is something already, or a number is not positive
     * @throws java.io.UncheckedIOException if the directory cannot be made
     */
    public static TokenShardWriter create(Path directory, String tokenizer, int vocabSize) {
        return create(directory, tokenizer, vocabSize, DEFAULT_SHARD_TOKENS);
    }

    /** Begins a directory with shards of {@code shardTokens} tokens. */
    public static TokenShardWriter create(Path directory, String tokenizer, int vocabSize, long shardTokens) {
        if (vocabSize < 1 || shardTokens < 1) {
            throw new IllegalArgumentException(
                    "vocabSize and shardTokens must be positive, are %d and %d".formatted(vocabSize, shardTokens));
        }
        AtomicDirectory begun = AtomicDirectory.create(directory);
        try {
            return new TokenShardWriter(begun, tokenizer, vocabSize, shardTokens);
        } catch (RuntimeException e) {
            begun.close();
            throw e;
        }
    }

    /**
     * Appends tokens to the current document.
     *
     * @throws IllegalArgumentException if a token is not of the vocabulary
     * @throws java.io.UncheckedIOException if they cannot be written
     */
    public void append(int[] ids, int from, int count) {
        for (int i = from; i < from + count; i++) {
            if (ids[i] < 0 || ids[i] >= vocabSize) {
                throw new IllegalArgumentException(
                        "token %d is not of the vocabulary of %d".formatted(ids[i], vocabSize));
            }
            openShard().append(ids[i]);
            tokens++;
        }
    }

    /** Ends the current document; the next token begins another. */
    public void endDocument() {
        documents.append(tokens);
        endOfLastDocument = tokens;
    }

    /** Where to write a further file that belongs to the shards, before {@link #publish}. */
    public Path file(String name) {
        return directory.path().resolve(name);
    }

    /** Tokens so far. */
    public long tokens() {
        return tokens;
    }

    /** Documents ended so far. */
    public long documents() {
        return documents.length() - 1;
    }

    /**
     * Ends the last document, if it is not, and puts the directory in its place.
     *
     * @throws java.io.UncheckedIOException if that fails
     */
    public void publish() {
        if (tokens > endOfLastDocument) {
            endDocument();
        }
        closeShard();
        documents.close();
        new ShardIndex(ShardIndex.VERSION, tokenizer, vocabSize, documents(), shards).write(directory.path());
        directory.publish();
    }

    private NpyWriter openShard() {
        NpyWriter open = shard;
        if (open == null || open.length() == shardTokens) {
            closeShard();
            String file = ShardIndex.shardFile(shards.size());
            open = new NpyWriter(directory.path().resolve(file), NpyType.ofVocabulary(vocabSize));
            shard = open;
        }
        return open;
    }

    private void closeShard() {
        if (shard != null) {
            shards.add(shard.length());
            shard.close();
            shard = null;
        }
    }

    /** Removes what was written unless it was published. */
    @Override
    public void close() {
        try (directory;
                documents) {
            closeShard();
        }
    }
}
