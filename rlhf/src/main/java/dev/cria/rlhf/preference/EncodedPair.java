package dev.cria.rlhf.preference;

import dev.cria.tokenizer.ChatFormat;
import java.util.Arrays;
import java.util.Optional;

/**
 * A comparison as tokens. What both dialogues begin with stands once: the prompt, and what their answers may have in common.
 *
 * @param preference what was compared
 * @param shared [shared], the first tokens of both dialogues
 * @param chosen [chosen], the rest of the chosen one, up to its eos; at least one token
 * @param rejected [rejected], the rest of the rejected one, up to its eos; at least one token
 */
public record EncodedPair(Preference preference, int[] shared, int[] chosen, int[] rejected) {
    /**
     * Encodes a comparison.
     *
     * @throws IllegalArgumentException if the format refuses it, or both dialogues have the same tokens
     */
    public static EncodedPair of(Preference preference, ChatFormat format) {
        return of(
                preference,
                format.encode(preference.chosenDialogue()).ids(),
                format.encode(preference.rejectedDialogue()).ids());
    }

    /**
     * Encodes a comparison; empty if both dialogues have the same tokens, as answers may that differ in a kind of space only.
     *
     * @throws IllegalArgumentException if the format refuses it
     */
    public static Optional<EncodedPair> ofDifferent(Preference preference, ChatFormat format) {
        int[] chosen = format.encode(preference.chosenDialogue()).ids();
        int[] rejected = format.encode(preference.rejectedDialogue()).ids();
        return Arrays.equals(chosen, rejected) ? Optional.empty() : Optional.of(of(preference, chosen, rejected));
    }

    /**
     * A comparison that is encoded already.
     *
     * @param chosen the chosen dialogue, whole, up to its eos
     * @param rejected the rejected one
     * @throws IllegalArgumentException if both are the same
     */
    public static EncodedPair of(Preference preference, int[] chosen, int[] rejected) {
        int mismatch = Arrays.mismatch(chosen, rejected);
        if (mismatch < 0) {
            throw new IllegalArgumentException("the two answers have the same tokens; nothing can be learned");
        }
        int common = Math.min(mismatch, Math.min(chosen.length, rejected.length) - 1);
        return new EncodedPair(
                preference,
                Arrays.copyOf(chosen, common),
                Arrays.copyOfRange(chosen, common, chosen.length),
                Arrays.copyOfRange(rejected, common, rejected.length));
    }

    /** Tokens of the longer dialogue. */
    public int longest() {
        return shared.length + Math.max(chosen.length, rejected.length);
    }

    /** The chosen dialogue, whole. */
    public int[] chosenTokens() {
        return concat(shared, chosen);
    }

    /** The rejected dialogue, whole. */
    public int[] rejectedTokens() {
        return concat(shared, rejected);
    }

    private static int[] concat(int[] first, int[] second) {
        int[] all = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, all, first.length, second.length);
        return all;
    }
}
