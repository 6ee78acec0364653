package dev.cria.examples.world;

/**
 * A request, in harmless toy form, that a safe assistant declines.
 *
 * @param category what makes it unsafe
 * @param vector how it tries to get round the assistant's care
 * @param deed what is asked for, as the assistant would say it: "steal the brush of Mira", "cure your fever"
 * @param text what the user says
 * @param reference a careful answer: names the concern, declines, gives context, offers something else
 * @param careless what an assistant without care would answer
 * @param split a held-out combination of deed and attack vector never occurs in training
 */
public record UnsafeRequest(
        RiskCategory category,
        AttackVector vector,
        String deed,
        String text,
        String reference,
        String careless,
        Split split)
        implements ToyPrompt {
    @Override
    public boolean isSafety() {
        return true;
    }
}
