package dev.cria.rlhf.ppo;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cria.core.Engine;
import dev.cria.core.autograd.Tape;
import dev.cria.core.ops.HostTransfers.Counts;
import dev.cria.core.ops.ReferenceOps;
import dev.cria.core.optim.AdamW;
import dev.cria.core.optim.OptimizerConfig;
import dev.cria.model.Llama;
import dev.cria.model.LlamaConfig;
import dev.cria.model.ScalarModel;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;

/** What a gradient step of PPO moves between host and device: numbers for each token, never activations or weights. */
@Tag("cuda")
class PpoTransferTest {
    private static final LlamaConfig SIZES =
            new LlamaConfig(50, 16, 32, 2, 2, 1, 0, 64, 1e-5, 10000, false, 0.2, 0, 49);

    @Test
    void anUpdateMovesAFewVectorsOfTheAnswersLength() {
        ReferenceOps ops = new ReferenceOps(DataType.FLOAT);
        UpdateConfig config = UpdateConfig.defaults();
        try (Engine engine = Engine.of(ops);
                PpoModels models = new PpoModels(
                        Llama.random(engine, SIZES, 1),
                        Llama.random(engine, SIZES, 1, name -> false),
                        ScalarModel.random(engine, SIZES, 2));
                AdamW policy = new AdamW(ops, models.policy().parameters(), OptimizerConfig.defaults());
                AdamW value = new AdamW(ops, models.value().parameters(), OptimizerConfig.defaults())) {
            PpoUpdate update = new PpoUpdate(models, policy, value, config, Tape.Mode.RECORDING);
            update.step(experience(1, config, 30, 20), 1e-4, 1e-4); // sends the rotary tables
            Counts before = ops.transfers().counts();
            Experience experience = experience(2, config, 40, 25, 12);
            update.step(experience, 1e-4, 1e-4);
            Counts step = ops.transfers().counts().since(before);
            int tokens = experience.rollouts().stream()
                    .mapToInt(rollout -> rollout.tokens().length)
                    .sum();
            // two batches, what was seen when the answers were written, and the losses' small vectors
            assertThat(step.uploads()).isLessThanOrEqualTo(42);
            assertThat(step.uploadedElements()).isLessThanOrEqualTo(50L * tokens);
            assertThat(step.downloads()).isLessThanOrEqualTo(54);
            assertThat(step.downloadedElements()).isLessThanOrEqualTo(50L * tokens);
        }
    }

    /** Answers of given lengths to prompts of three tokens. */
    private static Experience experience(int seed, UpdateConfig config, int... lengths) {
        List<Rollout> rollouts = IntStream.of(lengths)
                .mapToObj(length -> {
                    float[] numbers = new float[length];
                    return new Rollout(
                            0,
                            IntStream.range(0, 3 + length)
                                    .map(i -> (seed + 7 * i) % 49)
                                    .toArray(),
                            3,
                            "",
                            true,
                            length,
                            Map.of(),
                            numbers,
                            numbers,
                            numbers);
                })
                .toList();
        return Experience.of(rollouts, 0.01, ScoreConfig.defaults(), config);
    }
}
