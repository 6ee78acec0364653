package dev.cria.rlhf.ppo;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.cria.core.io.DurableFiles;
import dev.cria.core.io.FileErrors;
import dev.cria.core.io.InvalidFileException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Where a run stands, beside its models: {@code ppo_state.json} in a checkpoint. In the middle of an iteration it holds the
 * answers that are being learned from.
 *
 * @param iterations done
 * @param updates gradient steps done on the present answers
 * @param rollouts the present answers; empty between iterations
 * @param statistics of the gradient steps on them
 * @param beta the penalty's weight
 * @param tokens answers' tokens so far, those of the present iteration excluded
 * @param policySteps of the policy's optimizer
 * @param valueSteps of the value model's
 * @param rolloutSeconds spent on the present answers
 * @param updateSeconds spent on the gradient steps so far
 * @param elapsedSeconds of the run, all sittings together
 * @param reference fingerprint of the reference
 * @param evaluations all so far
 */
record PpoState(
        long iterations,
        int updates,
        List<Rollout> rollouts,
        UpdateStatistics statistics,
        double beta,
        long tokens,
        long policySteps,
        long valueSteps,
        double rolloutSeconds,
        double updateSeconds,
        double elapsedSeconds,
        String reference,
        List<HeldOutResult> evaluations) {
    private static final String FILE = "ppo_state.json";

    static PpoState begin(double beta, String reference) {
        return new PpoState(0, 0, List.of(), UpdateStatistics.none(), beta, 0, 0, 0, 0, 0, 0, reference, List.of());
    }

    PpoState withRollouts(List<Rollout> collected, double seconds) {
        return new PpoState(
                iterations,
                0,
                collected,
                UpdateStatistics.none(),
                beta,
                tokens,
                policySteps,
                valueSteps,
                seconds,
                0,
                elapsedSeconds,
                reference,
                evaluations);
    }

    PpoState withUpdate(UpdateStatistics more, long policyUpdates, long valueUpdates, double seconds) {
        return new PpoState(
                iterations,
                updates + 1,
                rollouts,
                statistics.plus(more),
                beta,
                tokens,
                policyUpdates,
                valueUpdates,
                rolloutSeconds,
                updateSeconds + seconds,
                elapsedSeconds,
                reference,
                evaluations);
    }

    PpoState nextIteration(double nextBeta, long answerTokens, double elapsed) {
        return new PpoState(
                iterations + 1,
                0,
                List.of(),
                UpdateStatistics.none(),
                nextBeta,
                tokens + answerTokens,
                policySteps,
                valueSteps,
                0,
                0,
                elapsed,
                reference,
                evaluations);
    }

    PpoState withEvaluations(List<HeldOutResult> all) {
        return with(elapsedSeconds, List.copyOf(all));
    }

    PpoState at(double elapsed) {
        return with(elapsed, evaluations);
    }

    private PpoState with(double elapsed, List<HeldOutResult> results) {
        return new PpoState(
                iterations,
                updates,
                rollouts,
                statistics,
                beta,
                tokens,
                policySteps,
                valueSteps,
                rolloutSeconds,
                updateSeconds,
                elapsed,
                reference,
                results);
    }

    void write(Path directory) {
        try {
            DurableFiles.write(directory.resolve(FILE), new ObjectMapper().writeValueAsBytes(this));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a record of numbers and texts can be written", e);
        }
    }

    static PpoState read(Path directory) {
        Path file = directory.resolve(FILE);
        if (!Files.isRegularFile(file)) {
            throw new InvalidFileException(directory, "it has no " + FILE + "; it is no checkpoint of a PPO run");
        }
        try {
            return new ObjectMapper().readValue(file.toFile(), PpoState.class);
        } catch (JsonProcessingException e) {
            throw new InvalidFileException(file, "it is damaged: " + e.getOriginalMessage(), e);
        } catch (IOException e) {
            throw FileErrors.unchecked("cannot read", file, e);
        }
    }
}
