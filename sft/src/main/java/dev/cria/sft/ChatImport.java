package dev.cria.sft;

import com.fasterxml.jackson.databind.JsonNode;
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
     * Reads a file, all of whose items must be sound.
     *
     * @throws dev.cria.core.io.InvalidFileException naming the file and the line that is wrong
     */
    public List<Conversation> read(Path file) {
        return JsonItems.read(file, "conversation", this::parse);
    }

    /**
     * Reads a file and leaves out what is not sound.
     *
     * @throws dev.cria.core.io.InvalidFileException if the file is no JSON, or nothing in it is sound
     */
    public JsonItems.Sound<Conversation> readSound(Path file) {
        return JsonItems.readSound(file, "conversation", this::parse);
    }

    private Conversation parse(JsonNode item) {
        return switch (this) {
            case ALPACA -> alpaca(item);
            case SHAREGPT -> Conversation.of(shareGptMessages(item));
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

    /**
     * The messages of ShareGPT's {@code conversations}.
     *
     * @throws IllegalArgumentException if there are none, or from nobody known
     */
    public static List<ChatMessage> shareGptMessages(JsonNode item) {
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
        return messages;
    }
}
