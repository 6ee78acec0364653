package dev.cria.rlhf.reward;

import dev.cria.core.autograd.Scalar;
import dev.cria.core.autograd.Tape;
import dev.cria.core.ops.Tensor;
import dev.cria.core.train.Loss;
import dev.cria.core.train.Objective;
import dev.cria.model.ScalarModel;
import dev.cria.rlhf.preference.EncodedPair;
import dev.cria.rlhf.preference.Preference.Safety;
import dev.cria.rlhf.preference.PreferenceBatch;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * The loss of a reward model r: the mean over pairs of
 *
 * <ul>
 *   <li>ranking: -logsigmoid(r(chosen) - r(rejected) - m(rating)) (paper equations 1 and 2);
 *   <li>safety, weighed: the binary cross entropy of sigmoid(r) against each labelled answer's label, safe being 1, averaged
 *       over the two answers. The paper has such a loss (table 29) and gives no formula; this is our reading of it;
 *   <li>centring, weighed: (r(chosen) + r(rejected))² (Eisenstein et al. 2023), which keeps scores around 0.
 * </ul>
 */
public final class RewardObjective implements Objective<PreferenceBatch> {
    private final ScalarModel model;
    private final Margin margin;
    private final double safetyWeight;
    private final double centering;

    /**
     * An objective.
     *
     * @param model what scores
     * @param margin between the two answers
     * @param safetyWeight of the safety loss, at least 0; 0 for none
     * @param centering weight of the centring, at least 0; 0 for none
     */
    public RewardObjective(ScalarModel model, Margin margin, double safetyWeight, double centering) {
        this.model = model;
        this.margin = margin;
        this.safetyWeight = safetyWeight;
        this.centering = centering;
    }

    @Override
    public Loss loss(Tape tape, PreferenceBatch batch) {
        int pairs = batch.pairs().size();
        Tensor scores = model.values(tape, batch.tokens(), batch.segments(), batch.ends()); // [2 * pairs]
        Tensor chosen = tape.gather(scores, IntStream.range(0, pairs).toArray());
        Tensor rejected = tape.gather(scores, IntStream.range(pairs, 2 * pairs).toArray());
        Tensor lead = tape.sub(chosen, rejected); // [pairs]
        Map<String, Double> metrics = new LinkedHashMap<>();
        metrics.put("accuracy", accuracy(tape.read(lead)));
        metrics.put("lead", tape.mean(lead).value());
        Scalar loss = tape.negate(tape.mean(tape.logSigmoid(tape.sub(lead, margins(tape, batch)))));
        if (safetyWeight > 0) {
            Scalar safety = safetyLoss(tape, scores, batch.pairs());
            metrics.put("safety_loss", safety.value());
            loss = tape.add(loss, tape.scale(safety, safetyWeight));
        }
        if (centering > 0) {
            loss = tape.add(loss, tape.scale(tape.mean(tape.square(tape.add(chosen, rejected))), centering));
        }
        return new Loss(loss, metrics);
    }

    private Tensor margins(Tape tape, PreferenceBatch batch) {
        float[] margins = new float[batch.pairs().size()];
        for (int i = 0; i < margins.length; i++) {
            margins[i] = (float) margin.of(batch.pairs().get(i).preference().rating());
        }
        return tape.constant(margins);
    }

    /** Cross entropy against a label is -logsigmoid(±score); an answer without one has weight 0. */
    private static Scalar safetyLoss(Tape tape, Tensor scores, List<EncodedPair> pairs) {
        int n = pairs.size();
        float[] signs = new float[2 * n];
        float[] weights = new float[2 * n];
        for (int i = 0; i < n; i++) {
            Safety safety = pairs.get(i).preference().safety();
            if (safety != null) {
                signs[i] = safety.chosenSafe() ? 1 : -1;
                signs[n + i] = safety.rejectedSafe() ? 1 : -1;
                weights[i] = weights[n + i] = -0.5f / n;
            }
        }
        Tensor logLikelihoods = tape.logSigmoid(tape.mul(scores, tape.constant(signs)));
        return tape.sum(tape.mul(logLikelihoods, tape.constant(weights)));
    }

    private static double accuracy(float[] leads) {
        return IntStream.range(0, leads.length).filter(i -> leads[i] > 0).count() / (double) leads.length;
    }
}
