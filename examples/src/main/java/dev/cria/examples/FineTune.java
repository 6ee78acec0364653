package dev.cria.examples;

import dev.cria.core.Engine;
import dev.cria.core.config.ConfigLoader;
import dev.cria.core.train.LogListener;
import dev.cria.core.train.RunDirectory;
import dev.cria.model.generation.Sampling;
import dev.cria.sft.FineTuning;
import dev.cria.sft.ModelAnswers;
import dev.cria.sft.SftConfig;
import dev.cria.tokenizer.ChatMessage;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The second stage: a language model and chats to a model that answers. {@code FineTune DIRECTORY [KEY=VALUE...]}, where
 * {@link Pretrain} was.
 */
public final class FineTune {
    private static final Logger LOG = LoggerFactory.getLogger(FineTune.class);

    private FineTune() {}

    /** Trains on the toy world's questions, and asks one. */
    public static void main(String[] args) {
        Path directory = Path.of(args[0]);
        ToyFiles toy = ToyFiles.in(directory.resolve("toy"));

        // The paper's chat format: a special token between prompt and answer. Loss is on the answers alone.
        SftConfig config = ConfigLoader.of(SftConfig.class)
                .set(List.of(
                        "data.format=separated",
                        "data.separator=<sep>",
                        "data.batchSize=2",
                        "data.epochs=4",
                        "optimizer.learningRate=2e-3"))
                .set(Arrays.asList(args).subList(1, args.length))
                .load()
                .withBase(directory.resolve("pretrain"))
                .withInput(List.of(toy.chats()));

        try (Engine engine = Engine.create();
                RunDirectory run = RunDirectory.open(directory.resolve("chat"), true);
                FineTuning tuning = FineTuning.open(engine, config, run, List.of(new LogListener(50)))) {
            LOG.info("{}", tuning.counts().summary());
            tuning.run();

            String question = "What is 7 plus 5?";
            Sampling greedy = Sampling.greedy().withMaxTokens(40);
            try (ModelAnswers answers = new ModelAnswers(tuning.model(), tuning.tokenizer(), tuning.format(), greedy)) {
                LOG.info("{} {}", question, answers.answers(List.of(List.of(ChatMessage.user(question)))));
            }
        }
    }
}
