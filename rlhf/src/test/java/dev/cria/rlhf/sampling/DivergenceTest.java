package dev.cria.rlhf.sampling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.cria.core.Engine;
import dev.cria.core.ops.Precision;
import dev.cria.core.ops.cpu.CpuOps;
import dev.cria.core.random.CounterRandom;
import dev.cria.model.Llama;
import dev.cria.model.TinyModels;
import dev.cria.model.generation.Sampling;
import dev.cria.tokenizer.ByteTokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DivergenceTest {
    private static final List<RlPrompt> PROMPTS =
            IntStream.range(0, 5).mapToObj(i -> RlPrompt.of("question " + i)).toList();

    @TempDir
    private Path directory;

    @Test
    void ofAModelFromItselfIsNothing() throws IOException {
        try (Engine engine = engine();
                PolicyModel policy = PolicyModel.load(engine, model(1), 4)) {
            assertThat(Divergence.of(policy, policy, PROMPTS, 8, 1)).isEqualTo(new Divergence(0, 0));
        }
    }

    @Test
    void ofOthersIsTheMeanOfWhatTheTwoSayOfTheFirstsAnswers() throws IOException {
        try (Engine engine = engine();
                PolicyModel policy = PolicyModel.load(engine, model(1), 4);
                PolicyModel reference = PolicyModel.load(engine, model(2), 4)) {
            double nats = 0;
            int tokens = 0;
            for (int i = 0; i < PROMPTS.size(); i++) {
                long seed = CounterRandom.of(9, "divergence", i).bits(0);
                Sampling sampling = Sampling.plain().withMaxTokens(8);
                Answer answer = policy.sampler()
                        .sample(PROMPTS.subList(i, i + 1), sampling, 1, n -> seed)
                        .get(0)
                        .get(0);
                float[] other = reference.logProbs(List.of(answer)).get(0);
                assertThat(other).hasSameSizeAs(answer.ids());
                tokens += other.length;
                for (int t = 0; t < other.length; t++) {
                    nats += answer.logProbs()[t] - other[t];
                }
            }
            Divergence measured = Divergence.of(policy, reference, PROMPTS, 8, 9);
            assertThat(measured.perToken()).isCloseTo(nats / tokens, within(1e-4)); // sampled and computed log-probs
            assertThat(measured.perAnswer()).isCloseTo(nats / PROMPTS.size(), within(1e-3));
        }
    }

    @Test
    void answersThatFillTheContextAreReadToo() throws IOException {
        try (Engine engine = engine();
                PolicyModel policy = PolicyModel.load(engine, model(1), 4)) {
            assertThat(Divergence.of(policy, policy, PROMPTS, 500, 1)).isEqualTo(new Divergence(0, 0));
        }
    }

    private static Engine engine() {
        return Engine.of(new CpuOps(1, Precision.FP32));
    }

    private Path model(long seed) throws IOException {
        Path path = Files.createDirectories(directory.resolve("model-" + seed));
        try (Engine engine = engine();
                Llama model = TinyModels.llama(engine, seed)) {
            model.save(path);
            new ByteTokenizer().save(path);
        }
        return path;
    }
}
