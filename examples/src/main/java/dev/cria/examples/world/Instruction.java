package dev.cria.examples.world;

/**
 * A question with one right answer.
 *
 * @param relation what is asked, such as "person home"
 * @param subject what it is asked about, such as "Mira"
 * @param wording number of the wording of the question, from 0 in each relation
 * @param text the question
 * @param reference the right answer
 * @param value the word in the answer that makes it right
 * @param split a held-out combination of subject and wording never occurs in training
 * @param factTrained whether training asks for the same fact in any wording; where not, only pretraining told it
 */
public record Instruction(
        String relation,
        String subject,
        int wording,
        String text,
        String reference,
        String value,
        Split split,
        boolean factTrained)
        implements ToyPrompt {
    @Override
    public boolean isSafety() {
        return false;
    }
}
