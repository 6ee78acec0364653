package dev.cria.rlhf.ppo;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cria.core.Engine;
import dev.cria.core.autograd.Tape;
import dev.cria.core.config.ConfigLoader;
import dev.cria.core.ops.Precision;
import dev.cria.core.ops.Segments;
import dev.cria.core.ops.cpu.CpuOps;
import dev.cria.model.Llama;
import dev.cria.model.LlamaConfig;
import dev.cria.model.ScalarModel;
import dev.cria.model.generation.TextGenerator;
import dev.cria.rlhf.sampling.Reward;
import dev.cria.rlhf.sampling.RewardFunction;
import dev.cria.rlhf.sampling.RlPrompt;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Where an answer is one token, the best policy under reward R and penalty beta is known: pi0 * exp(R / beta), normalised.
 * That training gets there pins sign, scale and place of the penalty.
 */
class OneTokenTaskTest {
    private static final int LETTERS = 8;
    private static final double[] REWARDS = {0, 0.3, -0.4, 0.8, 0.1, -0.9, 0.5, -0.2};
    private static final LlamaConfig SIZES =
            new LlamaConfig(LETTERS, 16, 32, 1, 2, 2, 0, 8, 1e-5, 10000, false, 0.3, 0, -1);

    @ParameterizedTest
    @ValueSource(doubles = {0.25, 0.5, 1})
    void convergesToTheClosedForm(double beta) {
        for (long seed = 1; seed <= 5; seed++) {
            assertThat(distanceAfterTraining(beta, seed))
                    .as("total variation from pi0 * exp(R / beta), beta %s, seed %d", beta, seed)
                    .isLessThan(0.05);
        }
    }

    private static double distanceAfterTraining(double beta, long seed) {
        LetterTokenizer tokenizer = new LetterTokenizer(LETTERS, false);
        RewardFunction rewards = answers -> answers.stream()
                .map(answer -> Reward.of(REWARDS[answer.ids()[0]]))
                .toList();
        try (Engine engine = Engine.of(new CpuOps(1, Precision.FP32)); // too small to share among threads
                PpoModels models = new PpoModels(
                        Llama.random(engine, SIZES, seed),
                        Llama.random(engine, SIZES, seed, name -> false),
                        ScalarModel.random(engine, SIZES, seed));
                TextGenerator generator = new TextGenerator(models.policy(), tokenizer, 512);
                PpoTrainer trainer = new PpoTrainer(new PpoSetup(
                        config(beta, seed),
                        models,
                        generator,
                        prompt -> new int[] {0},
                        rewards,
                        null,
                        List.of(RlPrompt.of("?")),
                        List.of(),
                        "itself",
                        true,
                        null,
                        directory -> {},
                        List.of()))) {
            double[] optimum = optimum(distribution(models.reference()), beta);
            trainer.run();
            return totalVariation(distribution(models.policy()), optimum);
        }
    }

    private static PpoConfig config(double beta, long seed) {
        return ConfigLoader.of(PpoConfig.class)
                .set(List.of(
                        "kl.beta=" + beta,
                        "training.seed=" + seed,
                        "training.iterations=150",
                        "rollout.batchSize=512",
                        "rollout.maxTokens=1",
                        "update.miniBatchSize=128",
                        "update.whitenAdvantages=false",
                        "score.whiten=false",
                        "score.missingEos=reward",
                        "optimizer.learningRate=3e-3",
                        "optimizer.finalLearningRateFraction=0.02",
                        "optimizer.weightDecay=0",
                        "valueOptimizer.learningRate=1e-2",
                        "valueOptimizer.weightDecay=0"))
                .load();
    }

    private static double[] distribution(Llama model) {
        float[] logits;
        try (Tape tape = model.engine().inference()) {
            logits = tape.read(model.logits(tape, new int[] {0}, Segments.ofLengths(1), new int[] {0}));
        }
        List<Double> weights = new ArrayList<>();
        for (float logit : logits) {
            weights.add(Math.exp(logit));
        }
        return normalised(weights);
    }

    private static double[] optimum(double[] reference, double beta) {
        List<Double> weights = new ArrayList<>();
        for (int i = 0; i < reference.length; i++) {
            weights.add(reference[i] * Math.exp(REWARDS[i] / beta));
        }
        return normalised(weights);
    }

    private static double[] normalised(List<Double> weights) {
        double sum = weights.stream().mapToDouble(w -> w).sum();
        return weights.stream().mapToDouble(w -> w / sum).toArray();
    }

    private static double totalVariation(double[] p, double[] q) {
        double sum = 0;
        for (int i = 0; i < p.length; i++) {
            sum += Math.abs(p[i] - q[i]);
        }
        return sum / 2;
    }
}
