package dev.cria.rlhf.preference;

import dev.cria.sft.Conversation;
import dev.cria.tokenizer.ChatMessage;
import dev.cria.tokenizer.ChatRole;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Two answers to one prompt, of which an annotator chose one (paper section 3.2.1).
 *
 * @param prompt what was said before, ending with a user message
 * @param chosen the better answer
 * @param rejected the worse answer
 * @param rating how much better; null if nobody said
 * @param safety which of the answers are safe; null if nobody said
 * @param source where it comes from, such as a batch or a data set
 */
public record Preference(
        List<ChatMessage> prompt,
        String chosen,
        String rejected,
        @Nullable Rating rating,
        @Nullable Safety safety,
        String source) {
    /** Which of two answers are safe. */
    public enum Safety {
        /** The chosen answer is safe, the other is not. */
        CHOSEN_SAFE,
        /** Both are safe. */
        BOTH_SAFE,
        /** Neither is safe. */
        BOTH_UNSAFE,
        /** The chosen answer is unsafe, the other is safe: no pair to learn from. */
        REJECTED_SAFE;

        /** The combination of two labels. */
        public static Safety of(boolean chosenSafe, boolean rejectedSafe) {
            if (chosenSafe) {
                return rejectedSafe ? BOTH_SAFE : CHOSEN_SAFE;
            }
            return rejectedSafe ? REJECTED_SAFE : BOTH_UNSAFE;
        }

        /** Whether the chosen answer is safe. */
        public boolean chosenSafe() {
            return this == CHOSEN_SAFE || this == BOTH_SAFE;
        }

        /** Whether the rejected answer is safe. */
        public boolean rejectedSafe() {
            return this == REJECTED_SAFE || this == BOTH_SAFE;
        }
    }

    /**
     * Checks that the prompt is a dialogue and that there are two answers to tell apart.
     *
     * @throws IllegalArgumentException naming what is wrong
     */
    public Preference {
        prompt = List.copyOf(prompt);
        if (prompt.isEmpty() || prompt.get(prompt.size() - 1).role() != ChatRole.USER) {
            throw new IllegalArgumentException("the prompt must end with a user message");
        }
        requireText("chosen", chosen);
        requireText("rejected", rejected);
        if (chosen.strip().equals(rejected.strip())) {
            throw new IllegalArgumentException("the chosen and the rejected answer are equal; nothing can be learned");
        }
        Conversation.of(withAnswer(prompt, chosen)); // checks the order of roles
    }

    private static void requireText(String name, String answer) {
        if (answer.isBlank()) {
            throw new IllegalArgumentException("the " + name + " answer is empty");
        }
    }

    /** Whether the pair contradicts its own labels: the paper excludes what prefers an unsafe answer to a safe one. */
    public boolean isExcluded() {
        return safety == Safety.REJECTED_SAFE;
    }

    /** Prompt and chosen answer. */
    public List<ChatMessage> chosenDialogue() {
        return withAnswer(prompt, chosen);
    }

    /** Prompt and rejected answer. */
    public List<ChatMessage> rejectedDialogue() {
        return withAnswer(prompt, rejected);
    }

    private static List<ChatMessage> withAnswer(List<ChatMessage> prompt, String answer) {
        List<ChatMessage> dialogue = new ArrayList<>(prompt);
        dialogue.add(ChatMessage.assistant(answer));
        return dialogue;
    }
}
