package dev.cria.examples.chat;

import dev.cria.core.Engine;
import dev.cria.core.checkpoint.Checkpoints;
import dev.cria.core.train.TrainingListener;
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
import java.util.function.Supplier;
import java.util.stream.Stream;

/** Models of a toy world: pretrained on its stories, fine-tuned on its chats in the paper's format with a separator. */
final class ToyModel {
    private static final String SEPARATOR = "<sep>";
    private static final int CONTEXT = 4096; // tokens: room for twenty turns, however long the answers
    private static final int SEQUENCE = 1280; // tokens: twenty turns as they should be
    private static final int MAX_ANSWER = 80; // tokens
    private static final TrainingListener NOBODY = new TrainingListener() {};

    private ToyModel() {}

    /** Pretrains a model on the world's stories. Returns the run's directory. */
    static Path pretrain(ToyWorld world, Size size, Path directory) {
        Supplier<Stream<String>> stories = () -> ToyCorpus.documents(world, size.corpusBytes());
        BpeTrainerConfig pieces = BpeTrainerConfig.llama2(size.vocabSize()).withControlPieces(List.of(SEPARATOR));
        Stream<String> texts = Stream.concat(stories.get(), new Personas(world).values(Split.TRAIN).stream());
        Path tokenizer = SmallModel.tokenizer(pieces, texts, directory.resolve("tokenizer"));
        return SmallModel.pretrain(
                size,
                tokenizer,
                stories,
                List.of(
                        "model.maxPositionEmbeddings=" + CONTEXT,
                        "model.tieWordEmbeddings=true",
                        "training.seed=" + world.seed()),
                directory.resolve("pretrain"));
    }

    /** Fine-tunes a model on chats. Returns the run's directory. */
    static Path tune(Path base, List<Conversation> chats, int epochs, long seed, Path path, String... settings) {
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
        return SmallModel.tune(base, chats, all, NOBODY, path);
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
