package dev.cria.examples;

import dev.cria.core.Engine;
import dev.cria.core.config.ConfigLoader;
import dev.cria.core.train.LogListener;
import dev.cria.core.train.RunDirectory;
import dev.cria.model.generation.Sampling;
import dev.cria.model.generation.TextGenerator;
import dev.cria.pretrain.PretrainConfig;
import dev.cria.pretrain.Pretraining;
import dev.cria.pretrain.TextCorpus;
import dev.cria.tokenizer.BpeTrainer;
import dev.cria.tokenizer.BpeTrainerConfig;
import dev.cria.tokenizer.BpeTrainerListener;
import dev.cria.tokenizer.Tokenizer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The first stage: text to a tokenizer, text and tokenizer to a language model. {@code Pretrain DIRECTORY [KEY=VALUE...]}. All
 * stages share a directory, and each begins with what the one before left.
 */
public final class Pretrain {
    private static final Logger LOG = LoggerFactory.getLogger(Pretrain.class);

    private Pretrain() {}

    /** Makes the toy world's files, and trains on its stories. */
    public static void main(String[] args) {
        Path directory = Path.of(args[0]);
        ToyFiles toy = ToyFiles.write(directory.resolve("toy"), 1);

        // A tokenizer of 1,600 pieces. The control piece is for the chats to come: it ends what the user says.
        Path tokenizer = directory.resolve("tokenizer");
        new BpeTrainer(BpeTrainerConfig.llama2(1600).withControlPieces(List.of("<sep>")), BpeTrainerListener.NONE)
                .addJsonLines(toy.stories(), List.of("text"))
                .train()
                .save(tokenizer);

        // Later settings win over earlier ones. What is not set is Llama 2's.
        PretrainConfig config = ConfigLoader.of(PretrainConfig.class)
                .set(List.of(
                        "model.hiddenSize=128",
                        "model.intermediateSize=384",
                        "model.numHiddenLayers=3",
                        "model.maxPositionEmbeddings=512",
                        "data.tokenizer=" + tokenizer,
                        "data.contextLength=128",
                        "data.batchSize=32",
                        "training.steps=400",
                        "optimizer.learningRate=2e-3"))
                .set(Arrays.asList(args).subList(1, args.length))
                .load()
                .withInput(List.of(toy.stories()));

        // The engine owns memory and threads, the run directory what is written; a run found there is gone on with.
        try (Engine engine = Engine.create();
                RunDirectory run = RunDirectory.open(directory.resolve("pretrain"), true);
                Pretraining pretraining = Pretraining.open(
                        engine,
                        config,
                        new TextCorpus(List.of(toy.stories()), false),
                        run,
                        List.of(new LogListener(50)))) {
            pretraining.run();
            try (TextGenerator generator = new TextGenerator(pretraining.model(), Tokenizer.load(tokenizer))) {
                Sampling sampling = Sampling.llama2().withMaxTokens(60).withSeed(7);
                StringBuilder text = new StringBuilder("One day");
                generator.generate("One day", sampling, piece -> {
                    text.append(piece);
                    return true; // go on
                });
                LOG.info("{}", text);
            }
        }
    }
}
