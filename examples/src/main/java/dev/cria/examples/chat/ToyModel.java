package dev.cria.examples.chat;

import dev.cria.core.Engine;
import dev.cria.core.checkpoint.Checkpoints;
import dev.cria.examples.world.Personas;
import dev.cria.examples.world.Split;
import dev.cria.examples.world.ToyCorpus;
import dev.cria.examples.world.ToyWorld;
import dev.cria.model.Llama;
import dev.cria.model.generation.Sampling;
import dev.cria.sft.Conversation;
import dev.cria.sft.ModelAnswers;
import dev.cria.tokenizer.BpeTokenizer;
import dev.cria.tokenizer.BpeTrainerConfig;
import dev.cria.tokenizer.ChatFormat;
import dev.cria.tokenizer.Tokenizer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;

/** Models of a toy world: pretrained on its stories, fine-tuned on its chats in the paper's format with a separator. */
public final class ToyModel {
    private static final String SEPARATOR = "<sep>";
    private static final int CONTEXT = 4096; // tokens: room for twenty turns, however long the answers

    /** Tokens of a sequence to learn from: twenty turns as they should be. */
    public static final int SEQUENCE = 1280;

    private static final int MAX_ANSWER = 80; // tokens

    private ToyModel() {}

    /** Pretrains a model on the world's stories, with a tokenizer of its own. Returns the run's directory. */
    public static Path pretrain(ToyWorld world, Size size, Path directory) {
        Path tokenizer = tokenizer(world, size, directory.resolve("tokenizer"));
        return pretrain(world, size, tokenizer, directory.resolve("pretrain"), Sitting.logging());
    }

    /** Trains a tokenizer on the world's stories and the words of its personas, unless it is there. Returns its directory. */
    public static Path tokenizer(ToyWorld world, Size size, Path directory) {
        BpeTrainerConfig pieces = BpeTrainerConfig.llama2(size.vocabSize()).withControlPieces(List.of(SEPARATOR));
        Stream<String> texts = Stream.concat(
                ToyCorpus.documents(world, size.corpusBytes()), new Personas(world).values(Split.TRAIN).stream());
        return SmallModel.tokenizer(pieces, texts, directory);
    }

    /** Pretrains a model on the world's stories. Returns the run's directory. */
    public static Path pretrain(
            ToyWorld world, Size size, Path tokenizer, Path run, Sitting sitting, String... settings) {
        List<String> all = new ArrayList<>(List.of(
                "model.maxPositionEmbeddings=" + CONTEXT,
                "model.tieWordEmbeddings=true",
                "training.seed=" + world.seed()));
        all.addAll(List.of(settings));
        return SmallModel.pretrain(
                size, tokenizer, () -> ToyCorpus.documents(world, size.corpusBytes()), all, run, sitting);
    }

    /** Fine-tunes a model on chats. Returns the run's directory. */
    public static Path tune(Path base, List<Conversation> chats, int epochs, long seed, Path path, String... settings) {
        return tune(base, chats, epochs, seed, path, Sitting.logging(), settings);
    }

    /** Fine-tunes a model on chats. Returns the run's directory. */
    public static Path tune(
            Path base,
            List<Conversation> chats,
            int epochs,
            long seed,
            Path path,
            Sitting sitting,
            String... settings) {
        List<String> all = new ArrayList<>(List.of(
                "data.format=separated",
                "data.separator=" + SEPARATOR,
                "data.contextLength=" + SEQUENCE,
                "data.batchSize=1",
                "data.overlong=drop", // a dialogue that lost its first turn would have lost its instruction
                "data.epochs=" + epochs,
                "optimizer.learningRate=2e-3",
                "training.seed=" + seed));
        all.addAll(List.of(settings));
        return SmallModel.tune(base, chats, all, path, sitting);
    }

    /** Lets a model answer, greedily. */
    public static <T> T withAnswers(Path run, Function<ModelAnswers, T> use) {
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
