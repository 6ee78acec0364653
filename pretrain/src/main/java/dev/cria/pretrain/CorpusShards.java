package dev.cria.pretrain;

import dev.cria.core.data.TokenShardWriter;
import dev.cria.core.data.TokenShards;
import dev.cria.tokenizer.Tokenizer;
import java.nio.file.Files;
import java.nio.file.Path;

/** Turns a corpus into token shards: bos, the document's tokens, eos. */
final class CorpusShards {
    private CorpusShards() {}

    /**
     * Opens the shards of a corpus, writing them first if they are not there.
     *
     * @param minimumTokens fewer are refused, and nothing is left behind
     */
    static TokenShards prepare(Corpus corpus, Tokenizer tokenizer, Path directory, long minimumTokens) {
        if (!Files.exists(directory)) {
            write(corpus, tokenizer, directory, minimumTokens);
        }
        return TokenShards.open(directory, tokenizer.fingerprint());
    }

    private static void write(Corpus corpus, Tokenizer tokenizer, Path directory, long minimumTokens) {
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
            if (writer.tokens() < minimumTokens) {
                throw new IllegalArgumentException(
                        "the data has %d tokens, but this run needs at least %d; give more text, or make data.contextLength smaller"
                                .formatted(writer.tokens(), minimumTokens));
            }
            writer.publish();
        }
    }

    private static void append(TokenShardWriter writer, int id) {
        if (id >= 0) {
            writer.append(new int[] {id}, 0, 1);
        }
    }
}
