package dev.cria.pretrain;

import dev.cria.core.data.BatchSource;
import dev.cria.core.data.RaggedBatch;
import dev.cria.core.data.TokenShards;
import dev.cria.core.data.Windows;
import dev.cria.tokenizer.Tokenizer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * The data of a run: token shards, of which the last part is held out.
 *
 * @param config how to read them
 * @param shards one for each source
 * @param seed of their order
 */
record RunData(DataConfig config, List<TokenShards> shards, long seed) {
    /**
     * Opens the configured sources, or the shards of a corpus, which are written first if they are not there.
     *
     * @param directory where a corpus's shards go
     * @throws IllegalArgumentException if there are fewer tokens than one context needs, or another tokenizer made them
     */
    static List<TokenShards> open(DataConfig config, Corpus corpus, Tokenizer tokenizer, Path directory) {
        long needed = (long) Math.ceil((config.contextLength() + 1) / (1 - config.heldOut()));
        if (config.sources().isEmpty()) {
            return List.of(CorpusShards.prepare(corpus, tokenizer, directory, needed));
        }
        List<TokenShards> all = new ArrayList<>();
        for (DataSource source : config.sources()) {
            TokenShards shards = TokenShards.open(source.path(), tokenizer.fingerprint());
            if (shards.tokens() < needed) {
                throw new IllegalArgumentException(
                        "%s has %d tokens, but this run needs at least %d of each source; make data.contextLength smaller"
                                .formatted(source.path(), shards.tokens(), needed));
            }
            all.add(shards);
        }
        return all;
    }

    /** What is trained on. */
    BatchSource<RaggedBatch> training() {
        List<TokenMixture.Source> sources = new ArrayList<>();
        for (int i = 0; i < shards.size(); i++) {
            TokenShards tokens = shards.get(i);
            double share =
                    config.sources().isEmpty() ? 1 : config.sources().get(i).share(tokens.tokens());
            sources.add(new TokenMixture.Source(windows(tokens), sequences(tokens, seed + i), share));
        }
        return new TokenMixture(sources, config.contextLength(), config.batchSize());
    }

    private Sequences sequences(TokenShards tokens, long sourceSeed) {
        long trained = trained(tokens);
        if (config.packing() == Packing.CONCATENATE) {
            return new StreamSequences(trained, config.contextLength(), sourceSeed);
        }
        long documents = 0;
        while (documents < tokens.documents() && tokens.documentStart(documents + 1) <= trained) {
            documents++;
        }
        if (documents == 0) {
            throw new IllegalArgumentException(
                    "no whole document lies before the held-out end; use data.packing=concatenate or a smaller data.heldOut");
        }
        return new BestFitSequences(tokens, documents, config.contextLength(), sourceSeed);
    }

    /** What is evaluated: the end of each source, always the same batches, read anew each time. */
    Iterable<RaggedBatch> heldOut() {
        return () -> shards.stream().flatMap(this::heldOut).iterator();
    }

    private Stream<RaggedBatch> heldOut(TokenShards tokens) {
        Windows windows = windows(tokens);
        return HeldOut.covering(trained(tokens), tokens.tokens(), config.contextLength(), config.batchSize()).stream()
                .map(windows::read);
    }

    private Windows windows(TokenShards tokens) {
        return new Windows(tokens, config.isolate());
    }

    private long trained(TokenShards tokens) {
        return tokens.tokens() - Math.round(tokens.tokens() * config.heldOut());
    }
}
