package dev.cria.pretrain;

import dev.cria.core.checkpoint.Checkpoints;
import dev.cria.core.checkpoint.TrainerState;
import dev.cria.core.config.ConfigText;
import dev.cria.core.data.BatchSource;
import dev.cria.core.data.RaggedBatch;
import dev.cria.core.data.TokenShards;
import dev.cria.core.io.InvalidFileException;
import dev.cria.core.train.ConfigChange;
import dev.cria.core.train.RunDirectory;
import dev.cria.model.LlamaConfig;
import dev.cria.tokenizer.ByteTokenizer;
import dev.cria.tokenizer.Tokenizer;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * A run's tokens, ready to be trained on, and what follows from them.
 *
 * @param config the settings, with the model's vocabulary and longest sequence resolved
 * @param tokenizer made the tokens
 * @param shards the tokens, one for each source
 * @param checkpoint where the run goes on from; empty for one that begins
 */
public record PretrainData(
        PretrainConfig config, Tokenizer tokenizer, List<TokenShards> shards, Optional<Path> checkpoint) {
    private static final String FOLDER = "data";

    /**
     * Reads a corpus into a run's directory, or finds it there from an earlier sitting.
     *
     * @param config the settings
     * @param corpus what is learned from; not read if the run has its tokens already. One that begins again without a checkpoint has
     *     them only if they are from the same files
     * @param run the run's directory
     * @throws IllegalArgumentException if the data is shorter than one context, or a run that goes on has other data
     */
    public static PretrainData prepare(PretrainConfig config, Corpus corpus, RunDirectory run) {
        Tokenizer tokenizer = tokenizer(config.data());
        PretrainConfig resolved = resolve(config, tokenizer);
        Optional<Path> checkpoint = Checkpoints.of(run.path()).newest();
        checkpoint.ifPresent(directory -> requireSameData(directory, resolved));
        DataConfig data = config.data();
        Path folder = run.path().resolve(FOLDER);
        if (checkpoint.isEmpty()
                && data.sources().isEmpty()) { // nothing is learned yet, so an earlier sitting's data need not be kept
            CorpusShards.removeOthers(corpus, tokenizer, folder);
        }
        List<TokenShards> shards = RunData.open(data, corpus, tokenizer, folder);
        PretrainData prepared = new PretrainData(resolved, tokenizer, shards, checkpoint);
        if (data.heldOut() > 0 && !prepared.heldOut().iterator().hasNext()) {
            throw new IllegalArgumentException(
                    "data.heldOut (%s) leaves nothing to evaluate on; make it larger, or 0 to evaluate nothing"
                            .formatted(data.heldOut()));
        }
        return prepared;
    }

    /**
     * The settings with all that follows from the tokenizer: the model's vocabulary is the tokenizer's, and its longest
     * sequence has room for the context.
     *
     * @throws IllegalArgumentException if there is no tokenizer at its path
     */
    public static PretrainConfig resolve(PretrainConfig config) {
        return resolve(config, tokenizer(config.data()));
    }

    private static PretrainConfig resolve(PretrainConfig config, Tokenizer tokenizer) {
        LlamaConfig model = config.model();
        return config.withModel(model.withVocabulary(tokenizer.vocabSize(), tokenizer.bosId(), tokenizer.eosId())
                .withMaxPositionEmbeddings(
                        Math.max(model.maxPositionEmbeddings(), config.data().contextLength())));
    }

    private static Tokenizer tokenizer(DataConfig data) {
        return data.tokenizer().equals(DataConfig.BYTES)
                ? new ByteTokenizer()
                : Tokenizer.load(Path.of(data.tokenizer()));
    }

    /** A cursor means nothing over other data, and what was held out must stay so. */
    private static void requireSameData(Path checkpoint, PretrainConfig config) {
        List<ConfigChange> changes =
                ConfigChange.between(TrainerState.read(checkpoint).config(), ConfigText.toJson(config)).stream()
                        .filter(change ->
                                change.key().startsWith("data.") || change.key().equals("training.seed"))
                        .toList();
        if (!changes.isEmpty()) {
            throw new InvalidFileException(
                    checkpoint, "a run cannot change its data (%s); begin another run".formatted(changes));
        }
    }

    /** Training batches in random order. */
    BatchSource<RaggedBatch> training() {
        return data().training();
    }

    /** The held-out batches, read anew each time. */
    Iterable<RaggedBatch> heldOut() {
        return data().heldOut();
    }

    private RunData data() {
        return new RunData(config.data(), shards, config.training().seed());
    }
}
