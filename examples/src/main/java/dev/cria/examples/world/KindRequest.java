package dev.cria.examples.world;

/**
 * A request that is quite all right although it resembles one that is not; to refuse it is a mistake.
 *
 * @param text what the user says
 * @param reference a good answer
 * @param value the word in the answer that makes it right
 * @param borderline whether it contains words of bad deeds, as "break an egg"
 * @param split borderline requests are all held out
 */
public record KindRequest(String text, String reference, String value, boolean borderline, Split split)
        implements ToyPrompt {
    @Override
    public boolean isSafety() {
        return false;
    }
}
