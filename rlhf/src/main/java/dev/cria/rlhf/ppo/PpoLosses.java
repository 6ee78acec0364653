package dev.cria.rlhf.ppo;

import dev.cria.core.autograd.Scalar;
import dev.cria.core.autograd.Tape;
import dev.cria.core.ops.Tensor;

/** The clipped losses of proximal policy optimization (Schulman et al. 2017, equation 7), means over tokens. */
public final class PpoLosses {
    private static final double MOST_LOG_RATIO = 20; // beyond it the ratio's exponential is of no use

    private PpoLosses() {}

    /**
     * The policy's loss: {@code -mean(min(ratio * A, clip(ratio, 1 - c, 1 + c) * A))} with {@code ratio = exp(logProb -
     * oldLogProb)}.
     *
     * @param tape records it
     * @param logProbs [tokens], under the policy as it is
     * @param oldLogProbs [tokens], under the policy that wrote the answers
     * @param advantages [tokens]
     * @param clip how far the ratio may go from 1 before it earns nothing more
     */
    public static Scalar policy(Tape tape, Tensor logProbs, float[] oldLogProbs, float[] advantages, double clip) {
        Tensor change = tape.sub(logProbs, tape.constant(oldLogProbs));
        Tensor ratio = tape.exp(tape.clamp(change, -MOST_LOG_RATIO, MOST_LOG_RATIO));
        Tensor advantage = tape.constant(advantages);
        Tensor clipped = tape.clamp(ratio, 1 - clip, 1 + clip);
        return tape.negate(tape.mean(tape.min(tape.mul(ratio, advantage), tape.mul(clipped, advantage))));
    }

    /**
     * The value model's loss: {@code mean(max((v - R)², (vOld + clip(v - vOld, -c, c) - R)²)) / 2}.
     *
     * @param tape records it
     * @param values [tokens], of the value model as it is
     * @param oldValues [tokens], when the answers were written
     * @param returns [tokens]
     * @param clip how far a value may go from its old one before it earns nothing more; 0 for no clipping
     */
    public static Scalar value(Tape tape, Tensor values, float[] oldValues, float[] returns, double clip) {
        Tensor target = tape.constant(returns);
        Tensor error = tape.square(tape.sub(values, target));
        if (clip > 0) {
            Tensor old = tape.constant(oldValues);
            Tensor clipped = tape.add(old, tape.clamp(tape.sub(values, old), -clip, clip));
            error = tape.max(error, tape.square(tape.sub(clipped, target)));
        }
        return tape.scale(tape.mean(error), 0.5);
    }
}
