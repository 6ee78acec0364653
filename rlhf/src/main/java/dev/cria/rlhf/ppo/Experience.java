package dev.cria.rlhf.ppo;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The answers of an iteration with what is learned from each token of them.
 *
 * @param rollouts the answers
 * @param scores [answers], whitened where that is asked for
 * @param advantages for each answer [answer tokens], whitened where that is asked for
 * @param returns for each answer [answer tokens]
 */
record Experience(List<Rollout> rollouts, double[] scores, List<float[]> advantages, List<float[]> returns) {
    static Experience of(List<Rollout> rollouts, double beta, ScoreConfig scoring, UpdateConfig update) {
        double[] scores = scores(rollouts, scoring, update.whiteningFloor());
        List<double[]> advantages = new ArrayList<>();
        List<float[]> returns = new ArrayList<>();
        for (int i = 0; i < scores.length; i++) {
            Rollout rollout = rollouts.get(i);
            double[] rewards = TokenRewards.of(rollout.logProbs(), rollout.referenceLogProbs(), beta, scores[i]);
            Advantages computed = Advantages.of(rewards, rollout.values(), update.gamma(), update.lambda());
            advantages.add(computed.advantages());
            returns.add(toFloats(computed.returns()));
        }
        return new Experience(
                rollouts,
                scores,
                update.whitenAdvantages() ? whiten(advantages, update.whiteningFloor()) : toFloats(advantages),
                returns);
    }

    private static double[] scores(List<Rollout> rollouts, ScoreConfig scoring, double floor) {
        double[] counted = rollouts.stream()
                .filter(rollout -> !scoring.isFixed(rollout.ended()))
                .mapToDouble(Rollout::reward)
                .toArray();
        Whitening whitening = scoring.whiten() ? Whitening.of(counted, floor) : new Whitening(0, 1, 1);
        return rollouts.stream()
                .mapToDouble(rollout -> scoring.isFixed(rollout.ended())
                        ? scoring.missingEosScore()
                        : whitening.apply(rollout.reward()))
                .toArray();
    }

    private static List<float[]> whiten(List<double[]> rows, double floor) {
        Whitening whitening =
                Whitening.of(rows.stream().flatMapToDouble(Arrays::stream).toArray(), floor);
        return toFloats(rows.stream()
                .map(row -> Arrays.stream(row).map(whitening::apply).toArray())
                .toList());
    }

    private static List<float[]> toFloats(List<double[]> rows) {
        return rows.stream().map(Experience::toFloats).toList();
    }

    private static float[] toFloats(double[] values) {
        float[] floats = new float[values.length];
        for (int i = 0; i < values.length; i++) {
            floats[i] = (float) values[i];
        }
        return floats;
    }

    /** The chosen answers alone. */
    Experience pick(int[] indices) {
        return new Experience(
                pick(rollouts, indices),
                Arrays.stream(indices).mapToDouble(i -> scores[i]).toArray(),
                pick(advantages, indices),
                pick(returns, indices));
    }

    private static <T> List<T> pick(List<T> all, int[] indices) {
        return Arrays.stream(indices).mapToObj(all::get).toList();
    }

    /** Number of all answers' tokens. */
    int tokens() {
        return rollouts.stream().mapToInt(Rollout::answerLength).sum();
    }

    /** In parts of about as many answers. */
    List<Experience> split(int parts) {
        int size = rollouts.size();
        int count = Math.min(parts, size);
        return IntStream.range(0, count)
                .mapToObj(p -> pick(IntStream.range(p * size / count, (p + 1) * size / count)
                        .toArray()))
                .toList();
    }

    /** Numbers of all answers' tokens, one after the other. */
    static float[] flat(List<float[]> rows) {
        float[] flat = new float[rows.stream().mapToInt(row -> row.length).sum()];
        int at = 0;
        for (float[] row : rows) {
            System.arraycopy(row, 0, flat, at, row.length);
            at += row.length;
        }
        return flat;
    }
}
