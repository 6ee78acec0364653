package dev.cria.pretrain;

import dev.cria.core.data.TokenShardWriter;
import dev.cria.core.data.TokenShards;
import dev.cria.core.io.AtomicDirectory;
import dev.cria.core.io.FileErrors;
import dev.cria.core.io.InvalidFileException;
import dev.cria.tokenizer.Tokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Turns a corpus into token shards: bos, the document's tokens, eos. */
final class CorpusShards {
    private static final String ORIGIN = "origin.txt";
    private static final String UNKNOWN = "unknown\n";

    private CorpusShards() {}

    /**
     * Removes the shards of another corpus or tokenizer, and those of a corpus that does not say where it comes from, so that
     * they are written anew.
     *
     * @throws InvalidFileException if the directory was not written by a run: it may be all that somebody has
     */
    static void removeOthers(Corpus corpus, Tokenizer tokenizer, Path directory) {
        if (!Files.exists(directory)) {
            return;
        }
        String noted = noted(directory);
        if (noted.equals(UNKNOWN) || !noted.equals(origin(corpus, tokenizer))) {
            AtomicDirectory.delete(directory);
        }
    }

    private static String noted(Path directory) {
        Path file = directory.resolve(ORIGIN);
        if (!Files.exists(file)) {
            throw new InvalidFileException(
                    directory,
                    "nothing says of which texts these tokens are, and the run has no checkpoint that would; remove the directory, or choose another --output");
        }
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw FileErrors.unchecked("cannot read", file, e);
        }
    }

    private static String origin(Corpus corpus, Tokenizer tokenizer) {
        return corpus.origin()
                .map(origin -> origin + "\ntokenizer " + tokenizer.fingerprint() + "\n")
                .orElse(UNKNOWN);
    }

    /**
     * Opens the shards of a corpus, writing them first if they are not there.
     *
     * @param minimumTokens fewer are refused, and nothing is left behind
     */
    static TokenShards prepare(Corpus corpus, Tokenizer tokenizer, Path directory, long minimumTokens) {
        if (!Files.exists(directory)) {
            write(corpus, tokenizer, directory, minimumTokens);
        }
        TokenShards shards = TokenShards.open(directory, tokenizer.fingerprint());
        requireEnough(shards.tokens(), minimumTokens);
        return shards;
    }

    private static void write(Corpus corpus, Tokenizer tokenizer, Path directory, long minimumTokens) {
        String origin = origin(corpus, tokenizer); // before the files are read, so that a change meanwhile is noticed
        try (TokenShardWriter writer =
                TokenShardWriter.create(directory, tokenizer.fingerprint(), tokenizer.vocabSize())) {
            corpus.forEach(document -> {
                if (document.length == 0) {
                    return;
                }
                append(writer, tokenizer.bosId());
                int[] ids = tokenizer.encode(document);
                writer.append(ids, 0, ids.length);
                append(writer, tokenizer.eosId());
                writer.endDocument();
            });
            requireEnough(writer.tokens(), minimumTokens);
            note(origin, writer.file(ORIGIN));
            writer.publish();
        }
    }

    private static void requireEnough(long tokens, long minimumTokens) {
        if (tokens < minimumTokens) {
            throw new IllegalArgumentException(
                    "the data has %d tokens, but this run needs at least %d; give more text, or make data.contextLength smaller"
                            .formatted(tokens, minimumTokens));
        }
    }

    private static void note(String origin, Path file) {
        try {
            Files.writeString(file, origin);
        } catch (IOException e) {
            throw FileErrors.unchecked("cannot write", file, e);
        }
    }

    private static void append(TokenShardWriter writer, int id) {
        if (id >= 0) {
            writer.append(new int[] {id}, 0, 1);
        }
    }
}
