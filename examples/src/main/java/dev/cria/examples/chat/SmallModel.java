package dev.cria.examples.chat;

import dev.cria.core.Engine;
import dev.cria.core.config.ConfigLoader;
import dev.cria.core.train.RunDirectory;
import dev.cria.pretrain.Corpus;
import dev.cria.pretrain.PretrainConfig;
import dev.cria.pretrain.Pretraining;
import dev.cria.sft.ChatSource;
import dev.cria.sft.Conversation;
import dev.cria.sft.FineTuning;
import dev.cria.sft.SftConfig;
import dev.cria.tokenizer.BpeTrainer;
import dev.cria.tokenizer.BpeTrainerConfig;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** The steps that the experiments share. A run that is found in its directory is gone on with; a finished one is kept. */
final class SmallModel {
    private SmallModel() {}

    /** Trains a tokenizer on texts, unless it is there. Returns its directory. */
    static Path tokenizer(BpeTrainerConfig config, Stream<String> texts, Path directory) {
        if (!Files.isDirectory(directory)) {
            BpeTrainer trainer = new BpeTrainer(config, (phase, done, total) -> {});
            texts.forEach(trainer::addText);
            trainer.train().save(directory);
        }
        return directory;
    }

    /** Pretrains a model of that size on texts. Returns the run's directory. */
    static Path pretrain(
            Size size,
            Path tokenizer,
            Supplier<Stream<String>> texts,
            List<String> settings,
            Path path,
            Sitting sitting) {
        List<String> all = new ArrayList<>(List.of(
                "model.hiddenSize=" + size.hiddenSize(),
                "model.intermediateSize=" + 3 * size.hiddenSize(),
                "model.numHiddenLayers=" + size.layers(),
                "data.tokenizer=" + tokenizer,
                "data.contextLength=128",
                "data.batchSize=32",
                "data.heldOut=0.02",
                "training.steps=" + size.pretrainSteps(),
                "optimizer.learningRate=2e-3",
                "optimizer.warmupSteps=100"));
        all.addAll(settings);
        PretrainConfig config = ConfigLoader.of(PretrainConfig.class).set(all).load();
        Corpus corpus = consumer -> texts.get().forEach(text -> consumer.accept(text.getBytes(StandardCharsets.UTF_8)));
        try (Engine engine = Engine.create();
                RunDirectory run = RunDirectory.open(path, true);
                Pretraining pretraining = Pretraining.open(engine, config, corpus, run, sitting.listeners(path))) {
            sitting.train(pretraining::requestStop, pretraining::run);
        }
        return path;
    }

    /** Fine-tunes a model on chats. Returns the run's directory. */
    static Path tune(Path base, List<Conversation> chats, List<String> settings, Path path, Sitting sitting) {
        List<String> all = new ArrayList<>(List.of(
                "base=" + base, "data.answerSamples=2", "optimizer.learningRate=1e-3", "optimizer.warmupSteps=20"));
        all.addAll(settings);
        SftConfig config = ConfigLoader.of(SftConfig.class).set(all).load();
        try (Engine engine = Engine.create();
                RunDirectory run = RunDirectory.open(path, true);
                FineTuning tuning =
                        FineTuning.open(engine, config, ChatSource.of(chats), run, sitting.listeners(path))) {
            sitting.train(tuning::requestStop, tuning::run);
        }
        return path;
    }
}
