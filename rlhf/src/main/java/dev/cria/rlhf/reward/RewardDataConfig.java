package dev.cria.rlhf.reward;

import static dev.cria.core.config.Ranges.require;

import dev.cria.tokenizer.ChatFormat.MarkPolicy;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a reward model learns from.
 *
 * @param input the model's own preference files, all of which is used
 * @param others preference files of which a part is mixed in
 * @param othersShare their share of the mix; empty for the paper's: 0.5 for a helpfulness model, 0.1 for a safety model
 * @param heldOut share of each source to keep back for evaluation
 * @param heldOutMost most comparisons of a source to keep back
 * @param epochs passes over the mix; {@code training.steps} may end the run earlier
 * @param contextLength most tokens of a dialogue; 0 for the model's longest
 * @param batchSize pairs of a batch; a step has {@code training.accumulation} of these
 * @param marks what to do about the chat format's marks in what people wrote
 */
public record RewardDataConfig(
        List<Path> input,
        List<Path> others,
        @Nullable Double othersShare,
        double heldOut,
        int heldOutMost,
        int epochs,
        int contextLength,
        int batchSize,
        MarkPolicy marks) {
    /** Checks the ranges and names the offending key. */
    public RewardDataConfig {
        input = List.copyOf(input);
        others = List.copyOf(others);
        require(
                othersShare == null || (othersShare >= 0 && othersShare < 1),
                "othersShare",
                othersShare,
                "in 0 to below 1");
        require(heldOut >= 0 && heldOut <= 0.5, "heldOut", heldOut, "in 0 to 0.5");
        require(heldOutMost >= 1, "heldOutMost", heldOutMost, "at least 1");
        require(epochs >= 1, "epochs", epochs, "at least 1");
        require(contextLength >= 0 && contextLength != 1, "contextLength", contextLength, "at least 2, or 0");
        require(batchSize >= 1, "batchSize", batchSize, "at least 1");
    }

    /** One epoch; a twentieth of each source held out, at most 1,000 comparisons of it. */
    public static RewardDataConfig defaults() {
        return new RewardDataConfig(List.of(), List.of(), null, 0.05, 1000, 1, 0, 64, MarkPolicy.ESCAPE);
    }

    /** These settings on other files. */
    public RewardDataConfig withInput(List<Path> files) {
        return new RewardDataConfig(
                files, others, othersShare, heldOut, heldOutMost, epochs, contextLength, batchSize, marks);
    }
}
