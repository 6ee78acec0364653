package dev.cria.sft;

import dev.cria.tokenizer.ChatMessage;
import java.util.List;

/** Says yes to dialogues of so many letters, and must not be asked longer ones. */
record Shortsighted(int letters) implements AnswerSource {
    @Override
    public boolean fits(List<ChatMessage> dialogue) {
        return dialogue.stream().mapToInt(m -> m.content().length()).sum() <= letters;
    }

    @Override
    public List<String> answers(List<List<ChatMessage>> dialogues) {
        if (!dialogues.stream().allMatch(this::fits)) {
            throw new IllegalArgumentException("too long");
        }
        return dialogues.stream().map(dialogue -> "yes").toList();
    }
}
