package dev.cria.rlhf.ppo;

import java.util.List;

/**
 * Sums over the gradient steps of an iteration; means over their tokens are what is reported.
 *
 * @param steps gradient steps
 * @param tokens answers' tokens seen, one count for each pass
 * @param policyLoss sum over tokens
 * @param valueLoss sum over tokens
 * @param ratio sum of new over old probability
 * @param squaredRatio sum of squares of that
 * @param largestChange largest distance of a ratio from 1
 * @param clipped tokens whose ratio was outside the clip
 * @param valuesClipped tokens whose value was outside its clip
 * @param approximateKl sum of log old - log new
 * @param gradientNorm sum over steps, the policy's before clipping
 * @param valueGradientNorm sum over steps, the value model's before clipping
 */
record UpdateStatistics(
        long steps,
        long tokens,
        double policyLoss,
        double valueLoss,
        double ratio,
        double squaredRatio,
        double largestChange,
        long clipped,
        long valuesClipped,
        double approximateKl,
        double gradientNorm,
        double valueGradientNorm) {
    static UpdateStatistics none() {
        return new UpdateStatistics(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
    }

    UpdateStatistics plus(UpdateStatistics other) {
        return new UpdateStatistics(
                steps + other.steps,
                tokens + other.tokens,
                policyLoss + other.policyLoss,
                valueLoss + other.valueLoss,
                ratio + other.ratio,
                squaredRatio + other.squaredRatio,
                Math.max(largestChange, other.largestChange),
                clipped + other.clipped,
                valuesClipped + other.valuesClipped,
                approximateKl + other.approximateKl,
                gradientNorm + other.gradientNorm,
                valueGradientNorm + other.valueGradientNorm);
    }

    static UpdateStatistics sum(List<UpdateStatistics> parts) {
        return parts.stream().reduce(none(), UpdateStatistics::plus);
    }

    /** These with the norms of a gradient step. */
    UpdateStatistics asStep(double policyNorm, double valueNorm) {
        return new UpdateStatistics(
                1,
                tokens,
                policyLoss,
                valueLoss,
                ratio,
                squaredRatio,
                largestChange,
                clipped,
                valuesClipped,
                approximateKl,
                policyNorm,
                valueNorm);
    }

    /** What is seen of some tokens, before the step that they are for. */
    static UpdateStatistics of(
            float[] logProbs,
            float[] old,
            float[] values,
            float[] oldValues,
            double policyLoss,
            double valueLoss,
            UpdateConfig config) {
        double ratios = 0;
        double squares = 0;
        double kl = 0;
        double largest = 0;
        long outside = 0;
        long valuesOutside = 0;
        for (int t = 0; t < logProbs.length; t++) {
            double change = (double) logProbs[t] - old[t];
            double ratio = Math.exp(change);
            ratios += ratio;
            squares += ratio * ratio;
            kl -= change;
            largest = Math.max(largest, Math.abs(ratio - 1));
            outside += Math.abs(ratio - 1) > config.clip() ? 1 : 0;
            boolean valueOutside = config.valueClip() > 0 && Math.abs(values[t] - oldValues[t]) > config.valueClip();
            valuesOutside += valueOutside ? 1 : 0;
        }
        int n = logProbs.length;
        return new UpdateStatistics(
                0, n, n * policyLoss, n * valueLoss, ratios, squares, largest, outside, valuesOutside, kl, 0, 0);
    }

    double perToken(double sum) {
        return tokens == 0 ? Double.NaN : sum / tokens;
    }

    double perStep(double sum) {
        return steps == 0 ? Double.NaN : sum / steps;
    }
}
