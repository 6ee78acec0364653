package dev.cria.sft;

import com.fasterxml.jackson.databind.JsonNode;
import dev.cria.core.io.InvalidFileException;
import dev.cria.tokenizer.ChatMessage;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** Forms of chat data in use elsewhere, each a JSON array or JSONL. */
public enum ChatImport {
    /** {@code instruction}, {@code input} (may be empty) and {@code output}; also {@code system} and {@code history}, pairs. */
    ALPACA,
    /** {@code conversations}, each with {@code from} (human, gpt or system) and {@code value}. */
    SHAREGPT,
    /** {@code question} and {@code answer} of grade-school mathematics. */
    GSM8K;

    private static final Map<String, Function<String, ChatMessage>> SHAREGPT_ROLES = Map.of(
            "system", ChatMessage::system,
            "human", ChatMessage::user,
            "user", ChatMessage::user,
            "gpt", ChatMessage::assistant,
            "chatgpt", ChatMessage::assistant,
            "assistant", ChatMessage::assistant);

    /**
     * What a file held.
     *
     * @param conversations those that could be used
     * @param skipped one line for each that could not, naming the line and the fault
     */
    public record Imported(List<Conversation> conversations, List<String> skipped) {
        /** Copies the lists. */
        public Imported {
            conversations = List.copyOf(conversations);
            skipped = List.copyOf(skipped);
        }
    }

    /**
     * Reads a file, all of whose items must be sound.
     *
     * @throws InvalidFileException naming the file and the line that is wrong
     */
    public List<Conversation> read(Path file) {
        List<Conversation> conversations = new ArrayList<>();
        JsonItems.forEach(file, (item, line) -> conversations.add(parse(item)));
        return notEmpty(file, conversations);
    }

    /**
     * Reads a file and leaves out what is not sound.
     *
     * @throws InvalidFileException if the file is no JSON, or nothing in it is sound
     */
    public Imported readSound(Path file) {
        List<Conversation> conversations = new ArrayList<>();
        List<String> skipped = new ArrayList<>();
        JsonItems.forEach(file, (item, line) -> {
            try {
                conversations.add(parse(item));
            } catch (IllegalArgumentException e) {
                skipped.add("line %d: %s".formatted(line, e.getMessage()));
            }
        });
        return new Imported(notEmpty(file, conversations), skipped);
    }

    private static List<Conversation> notEmpty(Path file, List<Conversation> conversations) {
        if (conversations.isEmpty()) {
            throw new InvalidFileException(file, "it has no usable conversation");
        }
        return conversations;
    }

    private Conversation parse(JsonNode item) {
        return switch (this) {
            case ALPACA -> alpaca(item);
            case SHAREGPT -> shareGpt(item);
            case GSM8K -> Conversation.of(JsonItems.text(item, "question"), JsonItems.text(item, "answer"));
        };
    }

    private static Conversation alpaca(JsonNode item) {
        List<ChatMessage> messages = new ArrayList<>();
        String system = JsonItems.optionalText(item, "system");
        if (!system.isBlank()) {
            messages.add(ChatMessage.system(system));
        }
        for (JsonNode pair : item.path("history")) {
            if (pair.size() != 2 || !pair.path(0).isTextual() || !pair.path(1).isTextual()) {
                throw new IllegalArgumentException("\"history\" must be pairs of question and answer");
            }
            messages.add(ChatMessage.user(pair.path(0).textValue()));
            messages.add(ChatMessage.assistant(pair.path(1).textValue()));
        }
        String instruction = JsonItems.text(item, "instruction");
        String input = JsonItems.optionalText(item, "input");
        messages.add(ChatMessage.user(input.isBlank() ? instruction : instruction + "\n\n" + input));
        messages.add(ChatMessage.assistant(JsonItems.text(item, "output")));
        return Conversation.of(messages);
    }

    private static Conversation shareGpt(JsonNode item) {
        if (!item.path("conversations").isArray()) {
            throw new IllegalArgumentException("it has no \"conversations\"");
        }
        List<ChatMessage> messages = new ArrayList<>();
        for (JsonNode message : item.path("conversations")) {
            String from = JsonItems.text(message, "from");
            Function<String, ChatMessage> role = SHAREGPT_ROLES.get(from);
            if (role == null) {
                throw new IllegalArgumentException("message %d is from '%s'; known are %s"
                        .formatted(
                                messages.size(),
                                from,
                                SHAREGPT_ROLES.keySet().stream().sorted().toList()));
            }
            messages.add(role.apply(JsonItems.text(message, "value")));
        }
        return Conversation.of(messages);
    }
}
