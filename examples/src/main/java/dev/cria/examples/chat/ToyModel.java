package dev.cria.examples.chat;

import dev.cria.core.Engine;
import dev.cria.core.checkpoint.Checkpoints;
import dev.cria.core.config.ConfigLoader;
import dev.cria.core.train.LogListener;
import dev.cria.core.train.RunDirectory;
import dev.cria.examples.world.ToyCorpus;
import dev.cria.examples.world.ToyWorld;
import dev.cria.model.Llama;
import dev.cria.model.generation.Sampling;
import dev.cria.pretrain.Corpus;
import dev.cria.pretrain.PretrainConfig;
import dev.cria.pretrain.Pretraining;
import dev.cria.sft.ChatSource;
import dev.cria.sft.Conversation;
import dev.cria.sft.FineTuning;
import dev.cria.sft.ModelAnswers;
import dev.cria.sft.SftConfig;
import dev.cria.tokenizer.BpeTokenizer;
import dev.cria.tokenizer.BpeTrainer;
import dev.cria.tokenizer.BpeTrainerConfig;
import dev.cria.tokenizer.ChatFormat;
import dev.cria.tokenizer.Tokenizer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Function;

/** Models of a toy world: pretrained on its stories, fine-tuned on its chats in the paper's format with a separator. */
final class ToyModel {
    private static final String SEPARATOR = "<sep>";
    private static final int CONTEXT = 2048; // tokens: room for twenty turns of the longest answers
    private static final int SEQUENCE = 1024; // tokens: twenty turns as they should be
    private static final int MAX_ANSWER = 80; // tokens
    private static final int LOG_STEPS = 100;

    private ToyModel() {}

    /** Pretrains a model on the world's stories. Returns its run directory. */
    static Path pretrain(ToyWorld world, Size size, Path directory) {
        Path tokenizer = directory.resolve("tokenizer");
        tokenizer(world, size).save(tokenizer);
        PretrainConfig config = ConfigLoader.of(PretrainConfig.class)
                .set(List.of(
                        "model.hiddenSize=" + size.hiddenSize(),
                        "model.intermediateSize=" + 3 * size.hiddenSize(),
                        "model.numHiddenLayers=" + size.layers(),
                        "model.maxPositionEmbeddings=" + CONTEXT,
                        "data.tokenizer=" + tokenizer,
                        "data.contextLength=128",
                        "data.batchSize=32",
                        "data.heldOut=0.02",
                        "training.steps=" + size.pretrainSteps(),
                        "training.seed=" + world.seed(),
                        "optimizer.learningRate=2e-3",
                        "evaluation.everySteps=500"))
                .load();
        Corpus corpus = consumer -> ToyCorpus.documents(world, size.corpusBytes())
                .forEach(text -> consumer.accept(text.getBytes(StandardCharsets.UTF_8)));
        Path path = directory.resolve("pretrain");
        try (Engine engine = Engine.create();
                RunDirectory run = RunDirectory.open(path, false);
                Pretraining pretraining =
                        Pretraining.open(engine, config, corpus, run, List.of(new LogListener(LOG_STEPS)))) {
            pretraining.run();
        }
        return path;
    }

    private static BpeTokenizer tokenizer(ToyWorld world, Size size) {
        BpeTrainer trainer = new BpeTrainer(
                BpeTrainerConfig.llama2(size.vocabSize()).withControlPieces(List.of(SEPARATOR)),
                (phase, done, total) -> {});
        ToyCorpus.documents(world, size.corpusBytes()).forEach(trainer::addText);
        return trainer.train();
    }

    /** Fine-tunes a model on chats. Returns its run directory. */
    static Path tune(Path base, List<Conversation> chats, int epochs, long seed, Path path) {
        SftConfig config = ConfigLoader.of(SftConfig.class)
                .set(List.of(
                        "base=" + base,
                        "data.format=separated",
                        "data.separator=" + SEPARATOR,
                        "data.contextLength=" + SEQUENCE,
                        "data.batchSize=3",
                        "data.overlong=drop", // a dialogue that lost its first turn would have lost its instruction
                        "data.epochs=" + epochs,
                        "data.answerSamples=2",
                        "training.seed=" + seed,
                        "optimizer.learningRate=1e-3",
                        "optimizer.warmupSteps=20"))
                .load();
        try (Engine engine = Engine.create();
                RunDirectory run = RunDirectory.open(path, false);
                FineTuning tuning = FineTuning.open(
                        engine, config, ChatSource.of(chats), run, List.of(new LogListener(LOG_STEPS)))) {
            tuning.run();
        }
        return path;
    }

    /** Lets a model answer, greedily. */
    static <T> T withAnswers(Path run, Function<ModelAnswers, T> use) {
        Path directory = Checkpoints.resolve(run);
        Tokenizer tokenizer = Tokenizer.load(directory);
        ChatFormat format = ChatFormat.separated((BpeTokenizer) tokenizer, SEPARATOR);
        Sampling greedy = Sampling.greedy().withMaxTokens(MAX_ANSWER);
        try (Engine engine = Engine.create();
                Llama model = Llama.loadForInference(engine, directory);
                ModelAnswers answers = new ModelAnswers(model, tokenizer, format, greedy)) {
            return use.apply(answers);
        }
    }
}
