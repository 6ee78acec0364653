package dev.cria.rlhf.ppo;

import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Notices a policy that learns to please the reward model rather than to answer well: the reward of held-out answers has risen
 * since the judge liked them best, while the judge's score has fallen, both by more than chance.
 */
final class RewardHacking {
    private static final double ERRORS = 2; // standard errors that a change must exceed

    private RewardHacking() {}

    /** A warning, if the newest evaluation gives cause. */
    static Optional<String> warning(List<HeldOutResult> evaluations) {
        if (evaluations.isEmpty() || evaluations.get(0).judge() == null) {
            return Optional.empty();
        }
        HeldOutResult now = evaluations.get(evaluations.size() - 1);
        HeldOutResult best = HeldOutResult.best(evaluations).orElse(now);
        boolean rewardRose = now.reward() - best.reward() > ERRORS * now.rewardError();
        boolean judgeFell = best.figure() - now.figure() > ERRORS * now.judgeError();
        return rewardRose && judgeFell
                ? Optional.of(String.format(
                        Locale.ROOT,
                        "since iteration %d the reward of held-out answers has risen from %.3f to %.3f while the judge's score fell from %.3f to %.3f: the policy may be exploiting the reward model; stop, or make kl.beta larger",
                        best.iteration(),
                        best.reward(),
                        now.reward(),
                        best.figure(),
                        now.figure()))
                : Optional.empty();
    }
}
