package dev.cria.tokenizer;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The parts of a dialogue that every format needs: checked order, system text, and pairs of prompt and answer. */
record ChatTurns(Optional<String> system, List<Turn> turns) {
    /** A prompt and its answer; the last turn of a dialogue may lack the answer. */
    record Turn(String prompt, Optional<String> answer) {}

    /** Checks that user and assistant take turns, starting with the user. */
    static ChatTurns of(List<ChatMessage> messages) {
        boolean hasSystem = !messages.isEmpty() && messages.get(0).role() == ChatRole.SYSTEM;
        List<Turn> turns = new ArrayList<>();
        for (int i = hasSystem ? 1 : 0; i < messages.size(); i += 2) {
            requireRole(messages, i, ChatRole.USER);
            Optional<String> answer = Optional.empty();
            if (i + 1 < messages.size()) {
                requireRole(messages, i + 1, ChatRole.ASSISTANT);
                answer = Optional.of(messages.get(i + 1).content());
            }
            turns.add(new Turn(messages.get(i).content(), answer));
        }
        if (turns.isEmpty()) {
            throw new IllegalArgumentException("a dialogue needs a user message");
        }
        return new ChatTurns(hasSystem ? Optional.of(messages.get(0).content()) : Optional.empty(), turns);
    }

    private static void requireRole(List<ChatMessage> messages, int index, ChatRole role) {
        if (messages.get(index).role() != role) {
            throw new IllegalArgumentException("message " + index + " is of role "
                    + messages.get(index).role().id() + " where " + role.id()
                    + " is due: an optional system message, then user and assistant in turn");
        }
    }

    /** Strips what Python's {@code str.strip} strips, which is not what Java's does (U+0085 and U+00A0 among others). */
    static String strip(String text) {
        int start = 0;
        int end = text.length();
        while (start < end && isSpace(text.charAt(start))) {
            start++;
        }
        while (end > start && isSpace(text.charAt(end - 1))) {
            end--;
        }
        return text.substring(start, end);
    }

    private static boolean isSpace(char c) {
        return (c >= '\t' && c <= '\r') || (c >= 0x1C && c <= ' ') || c == 0x85 || Character.isSpaceChar(c);
    }
}
