package dev.cria.core.train;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.cria.core.checkpoint.TrainerState;
import java.util.Map;
import java.util.OptionalLong;

/** How far a run has come: the numbers that a checkpoint carries over. */
final class Progress {
    private static final String VAL_LOSS = "val_loss";
    private static final String BEST_STEP = "val_loss_step";

    long step;
    long tokens;
    int rewinds;
    int evaluationsWithoutImprovement;
    private double bestValidationLoss = Double.POSITIVE_INFINITY;
    private long bestStep = -1;
    private double earlierSeconds;
    private final long begin = System.nanoTime();

    /** Seconds of training, earlier sittings included. */
    double elapsedSeconds() {
        return earlierSeconds + (System.nanoTime() - begin) / 1e9;
    }

    /** Takes a held-out loss into account; true if it is the best so far. */
    boolean evaluated(double loss, double minImprovement) {
        boolean better = loss < bestValidationLoss - minImprovement;
        evaluationsWithoutImprovement = better ? 0 : evaluationsWithoutImprovement + 1;
        if (better) {
            bestValidationLoss = loss;
            bestStep = step;
        }
        return better;
    }

    /** The step of the best held-out loss. */
    OptionalLong bestStep() {
        return bestStep < 0 ? OptionalLong.empty() : OptionalLong.of(bestStep);
    }

    Map<String, Double> bestMetrics() {
        return bestStep < 0 ? Map.of() : Map.of(VAL_LOSS, bestValidationLoss, BEST_STEP, (double) bestStep);
    }

    JsonNode state() {
        return JsonNodeFactory.instance
                .objectNode()
                .put("elapsed_s", elapsedSeconds())
                .put("rewinds", rewinds)
                .put("evaluations_without_improvement", evaluationsWithoutImprovement);
    }

    /** Goes back or on to a checkpoint; the clock and the count of rewinds are carried over only by a new sitting. */
    void restore(TrainerState state, JsonNode own, boolean newSitting) {
        step = state.step();
        tokens = state.tokens();
        bestValidationLoss = state.bestMetrics().getOrDefault(VAL_LOSS, Double.POSITIVE_INFINITY);
        bestStep = state.bestMetrics().getOrDefault(BEST_STEP, -1.0).longValue();
        evaluationsWithoutImprovement =
                own.path("evaluations_without_improvement").asInt();
        if (newSitting) {
            earlierSeconds = own.path("elapsed_s").asDouble();
            rewinds = own.path("rewinds").asInt();
        }
    }
}
