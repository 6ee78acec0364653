package dev.cria.rlhf.reward;

import dev.cria.rlhf.preference.EncodedPair;
import dev.cria.rlhf.preference.PreferenceBatch;
import dev.cria.rlhf.preference.PreferenceBatches;
import dev.cria.rlhf.preference.PreferenceMix;
import dev.cria.rlhf.preference.PreferencePairs;
import dev.cria.rlhf.preference.PreferenceSource;
import dev.cria.tokenizer.ChatFormat;
import java.util.ArrayList;
import java.util.List;

/**
 * The comparisons of a run.
 *
 * @param own what became of the model's own comparisons
 * @param others what became of those to mix in
 * @param batches to train on
 * @param trained pairs of the mix
 * @param heldOut pairs to evaluate on
 */
record RewardData(
        PreferencePairs.Counts own,
        PreferencePairs.Counts others,
        PreferenceBatches batches,
        int trained,
        List<EncodedPair> heldOut) {
    /**
     * Reads, splits and mixes the data.
     *
     * @param maxPositions the model's longest sequence
     * @throws IllegalArgumentException if nothing is left to train on, or the context is longer than the model's
     */
    static RewardData prepare(
            RewardConfig config, PreferenceSource own, PreferenceSource others, ChatFormat format, int maxPositions) {
        RewardDataConfig data = config.data();
        if (data.contextLength() > maxPositions) {
            throw new IllegalArgumentException("data.contextLength is %d, but the model's longest sequence is %d"
                    .formatted(data.contextLength(), maxPositions));
        }
        int contextLength = data.contextLength() == 0 ? maxPositions : data.contextLength();
        PreferencePairs ownPairs = new PreferencePairs(format, contextLength, config.safetyWeight() > 0);
        own.addTo(ownPairs);
        if (ownPairs.pairs().isEmpty()) {
            throw new IllegalArgumentException(
                    "no comparison is left to learn from (%s); a context of %d tokens may be too short: see data.contextLength"
                            .formatted(ownPairs.counts().summary(), contextLength));
        }
        PreferencePairs otherPairs = new PreferencePairs(format, contextLength, false);
        others.addTo(otherPairs);
        PreferenceMix.Split ownSplit = split(config, ownPairs);
        PreferenceMix.Split otherSplit = split(config, otherPairs);
        List<EncodedPair> train = PreferenceMix.mix(
                ownSplit.train(),
                otherSplit.train(),
                config.othersShare(),
                config.training().seed());
        List<EncodedPair> heldOut = new ArrayList<>(ownSplit.heldOut());
        heldOut.addAll(otherSplit.heldOut());
        return new RewardData(
                ownPairs.counts(),
                otherPairs.counts(),
                new PreferenceBatches(train, data.batchSize(), config.training().seed(), PreferenceBatch::of),
                train.size(),
                List.copyOf(heldOut));
    }

    private static PreferenceMix.Split split(RewardConfig config, PreferencePairs pairs) {
        return PreferenceMix.holdOut(
                pairs.pairs(),
                config.data().heldOut(),
                config.data().heldOutMost(),
                config.training().seed());
    }

    /** Lines for people. */
    String summary() {
        return own.summary()
                + (others.read() == 0 ? "" : "\nothers: " + others.summary())
                + "\n%d pairs to learn from, %d held out".formatted(trained, heldOut.size());
    }
}
