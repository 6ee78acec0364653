package dev.cria.rlhf.sampling;

/**
 * An answer that a policy wrote.
 *
 * @param prompt what was asked
 * @param promptIds [prompt tokens], the prompt as the policy read it
 * @param ids [answer tokens], all tokens it drew, the eos included
 * @param text the answer without its eos
 * @param ended whether the policy ended it by eos, rather than being cut off
 * @param logProbs [answer tokens], natural logs under the distribution they were drawn from
 */
public record Answer(RlPrompt prompt, int[] promptIds, int[] ids, String text, boolean ended, float[] logProbs) {
    /** Tokens of prompt and answer together. */
    public int sequenceLength() {
        return promptIds.length + ids.length;
    }

    /** Prompt and answer, one after the other. */
    public int[] sequence() {
        int[] sequence = new int[promptIds.length + ids.length];
        System.arraycopy(promptIds, 0, sequence, 0, promptIds.length);
        System.arraycopy(ids, 0, sequence, promptIds.length, ids.length);
        return sequence;
    }
}
