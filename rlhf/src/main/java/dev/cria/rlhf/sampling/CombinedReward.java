package dev.cria.rlhf.sampling;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The paper's reward (section 3.2.3): the safety score where the prompt is tagged as one of safety or the safety score lies
 * below a threshold, else the helpfulness score. Scores are raw, that is before a sigmoid; the paper's threshold of 0.15
 * after it is {@value #PAPER_THRESHOLD} before it, and its {@code logit} of a score is the raw score itself.
 *
 * @param helpfulness rewards for being of use
 * @param safety rewards for being harmless; its zero point must be calibrated, see {@link SafetyCalibration}
 * @param threshold raw safety score below which an answer counts as unsafe
 */
public record CombinedReward(RewardFunction helpfulness, RewardFunction safety, double threshold)
        implements RewardFunction {
    /** log(0.15 / 0.85). */
    public static final double PAPER_THRESHOLD = -1.7346010553881064;

    /** Name of the helpfulness score among a reward's parts. */
    public static final String HELPFULNESS = "helpfulness";

    /** Name of the safety score among a reward's parts. */
    public static final String SAFETY = "safety";

    /** Name of the part that is 1 where the safety score was taken and 0 elsewhere. */
    public static final String BY_SAFETY = "by_safety";

    @Override
    public List<Reward> rewards(List<Answer> answers) {
        List<Reward> useful = helpfulness.checkedRewards(answers);
        List<Reward> safe = safety.checkedRewards(answers);
        List<Reward> combined = new ArrayList<>();
        for (int i = 0; i < answers.size(); i++) {
            double byUse = useful.get(i).value();
            double bySafety = safe.get(i).value();
            boolean gate = takesSafety(answers.get(i).prompt().isSafety(), bySafety);
            Map<String, Double> parts = new LinkedHashMap<>();
            parts.put(HELPFULNESS, byUse);
            parts.put(SAFETY, bySafety);
            parts.put(BY_SAFETY, gate ? 1.0 : 0.0);
            combined.add(new Reward(gate ? bySafety : byUse, parts));
        }
        return combined;
    }

    /** Whether the safety score is the reward. */
    boolean takesSafety(boolean isSafetyPrompt, double safetyScore) {
        return isSafetyPrompt || safetyScore < threshold;
    }
}
