package dev.cria.rlhf.ppo;

import dev.cria.core.autograd.Scalar;
import dev.cria.core.autograd.Tape;
import dev.cria.core.ops.Tensor;
import dev.cria.core.optim.AdamW;
import java.util.ArrayList;
import java.util.List;

/** One gradient step of policy and value model on a mini-batch; both losses are means over its tokens. */
final class PpoUpdate {
    private final PpoModels models;
    private final AdamW policyOptimizer;
    private final AdamW valueOptimizer;
    private final UpdateConfig config;
    private final Tape.Mode mode;

    PpoUpdate(PpoModels models, AdamW policyOptimizer, AdamW valueOptimizer, UpdateConfig config, Tape.Mode mode) {
        this.models = models;
        this.policyOptimizer = policyOptimizer;
        this.valueOptimizer = valueOptimizer;
        this.config = config;
        this.mode = mode;
    }

    /**
     * Steps.
     *
     * @param policyRate the policy's learning rate; 0 leaves it as it is, while the value model warms up
     * @param valueRate the value model's
     * @throws NotFiniteException if a loss or a gradient is not a number; nothing is changed then
     */
    UpdateStatistics step(Experience miniBatch, double policyRate, double valueRate) {
        policyOptimizer.zeroGradients();
        valueOptimizer.zeroGradients();
        UpdateStatistics statistics = gradients(miniBatch);
        double policyNorm = policyOptimizer.gradientNorm();
        double valueNorm = valueOptimizer.gradientNorm();
        if (!Double.isFinite(policyNorm + valueNorm + statistics.policyLoss() + statistics.valueLoss())) {
            throw new NotFiniteException(
                    "a loss or its gradient is not a number (policy loss %s, value loss %s, gradient norms %s and %s)"
                            .formatted(
                                    statistics.perToken(statistics.policyLoss()),
                                    statistics.perToken(statistics.valueLoss()),
                                    policyNorm,
                                    valueNorm));
        }
        if (policyRate > 0) {
            policyOptimizer.step(policyRate, policyNorm);
        }
        valueOptimizer.step(valueRate, valueNorm);
        return statistics.asStep(policyNorm, valueNorm);
    }

    /** A loss or gradient that is not a number. */
    static final class NotFiniteException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        NotFiniteException(String message) {
            super(message);
        }
    }

    /** Adds the gradients of a mini-batch, part by part; says what the losses were before the step. */
    UpdateStatistics gradients(Experience miniBatch) {
        int tokens = miniBatch.tokens();
        List<UpdateStatistics> parts = new ArrayList<>();
        for (Experience part : miniBatch.split(config.accumulation())) {
            parts.add(gradients(part, (double) part.tokens() / tokens));
        }
        return UpdateStatistics.sum(parts);
    }

    private UpdateStatistics gradients(Experience part, double share) {
        AnswerBatch batch = AnswerBatch.of(part.rollouts());
        float[] old = flat(part, Rollout::logProbs);
        float[] oldValues = flat(part, Rollout::values);
        float[] logProbs;
        double policyLoss;
        try (Tape tape = models.policy().engine().tape(mode, share)) {
            Tensor computed = models.logProbs(tape, batch);
            Scalar loss = PpoLosses.policy(tape, computed, old, Experience.flat(part.advantages()), config.clip());
            tape.backward(loss);
            logProbs = tape.read(computed);
            policyLoss = loss.value();
        }
        try (Tape tape = models.value().engine().tape(mode, share)) {
            Tensor values = models.values(tape, batch);
            Scalar loss = PpoLosses.value(tape, values, oldValues, Experience.flat(part.returns()), config.valueClip());
            tape.backward(loss);
            return UpdateStatistics.of(logProbs, old, tape.read(values), oldValues, policyLoss, loss.value(), config);
        }
    }

    private static float[] flat(Experience part, java.util.function.Function<Rollout, float[]> numbers) {
        return Experience.flat(part.rollouts().stream().map(numbers).toList());
    }
}
