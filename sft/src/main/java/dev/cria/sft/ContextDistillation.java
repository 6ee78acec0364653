package dev.cria.sft;

import dev.cria.model.ResponseScorer;
import dev.cria.tokenizer.ChatMessage;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Teaches a model to answer as it does after a safety preprompt, without the preprompt (context distillation, Llama 2 paper
 * section 4.2.4): to adversarial prompts only, and only where a safety scorer finds the answer better than the one given
 * without the preprompt.
 */
public final class ContextDistillation {
    private final AnswerSource source;
    private final ResponseScorer safety;
    private final SafetyCatalogue catalogue;
    private final long seed;

    /**
     * An adversarial prompt.
     *
     * @param text what the user says
     * @param category its risk category, for a preprompt with an answer template; null for a generic preprompt
     */
    public record Prompt(String text, @Nullable RiskCategory category) {}

    /**
     * What became of a prompt.
     *
     * @param prompt what the user says
     * @param preprompt what the assistant was told before the distilled answer
     * @param original answer without the preprompt
     * @param distilled answer with it
     * @param originalScore safety score
     * @param distilledScore safety score
     */
    public record Outcome(
            Prompt prompt,
            String preprompt,
            String original,
            String distilled,
            double originalScore,
            double distilledScore) {
        /** Whether the distilled answer is to be learned. */
        public boolean isKept() {
            return distilledScore > originalScore && !distilled.isBlank();
        }

        /** The prompt and the distilled answer, without the preprompt. */
        public Conversation conversation() {
            return Conversation.of(prompt.text(), distilled);
        }
    }

    /**
     * A distillation.
     *
     * @param source the model that answers
     * @param safety says which of two answers is safer
     * @param catalogue where preprompts come from
     * @param seed of the choice of preprompts
     */
    public ContextDistillation(AnswerSource source, ResponseScorer safety, SafetyCatalogue catalogue, long seed) {
        this.source = source;
        this.safety = safety;
        this.catalogue = catalogue;
        this.seed = seed;
    }

    /**
     * Answers prompts without and with a preprompt, and scores both. A prompt that is too long for the model, with the preprompt or
     * without, has no outcome.
     */
    public List<Outcome> distill(List<Prompt> prompts) {
        List<Prompt> asked = new ArrayList<>();
        List<List<ChatMessage>> plain = new ArrayList<>();
        List<List<ChatMessage>> prefixed = new ArrayList<>();
        List<String> preprompts = new ArrayList<>();
        for (int i = 0; i < prompts.size(); i++) {
            Prompt prompt = prompts.get(i);
            String preprompt = catalogue.preprompt(prompt.category(), seed, i);
            List<ChatMessage> alone = List.of(ChatMessage.user(prompt.text()));
            List<ChatMessage> told = List.of(ChatMessage.system(preprompt), ChatMessage.user(prompt.text()));
            if (source.fits(alone) && source.fits(told)) {
                asked.add(prompt);
                preprompts.add(preprompt);
                plain.add(alone);
                prefixed.add(told);
            }
        }
        List<String> originals = source.answers(plain);
        List<String> distilled = source.answers(prefixed);
        double[] originalScores = safety.scores(plain, originals);
        double[] distilledScores = safety.scores(plain, distilled);
        List<Outcome> outcomes = new ArrayList<>();
        for (int i = 0; i < asked.size(); i++) {
            outcomes.add(new Outcome(
                    asked.get(i),
                    preprompts.get(i),
                    originals.get(i),
                    distilled.get(i),
                    originalScores[i],
                    distilledScores[i]));
        }
        return outcomes;
    }
}
