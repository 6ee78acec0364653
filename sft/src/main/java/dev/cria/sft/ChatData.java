package dev.cria.sft;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.cria.core.io.DurableFiles;
import dev.cria.core.io.InvalidFileException;
import dev.cria.tokenizer.ChatMessage;
import dev.cria.tokenizer.ChatRole;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * Chat data files: JSONL, a conversation a line, {@code {"messages": [{"role": "user", "content": "..."}, ...]}}. An
 * assistant's message may have {@code "weight": 0}, as in OpenAI's form, and then carries no loss.
 */
public final class ChatData {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String MESSAGES = "messages";
    private static final String WEIGHT = "weight";

    private ChatData() {}

    /**
     * Reads a file.
     *
     * @throws InvalidFileException naming the file and the line that is wrong
     */
    public static List<Conversation> read(Path file) {
        List<Conversation> conversations = new ArrayList<>();
        forEach(file, conversations::add);
        return conversations;
    }

    /**
     * Hands over each conversation of a file; what the consumer refuses by {@link IllegalArgumentException} is reported
     * under the file and the line.
     *
     * @throws InvalidFileException naming the file and the line that is wrong
     */
    public static void forEach(Path file, Consumer<Conversation> consumer) {
        boolean[] any = new boolean[1];
        JsonItems.forEach(file, (item, line) -> {
            consumer.accept(parse(item));
            any[0] = true;
        });
        if (!any[0]) {
            throw new InvalidFileException(file, "it has no conversation");
        }
    }

    /** Writes a file whole or not at all. */
    public static void write(Path file, List<Conversation> conversations) {
        StringBuilder lines = new StringBuilder();
        conversations.forEach(conversation -> lines.append(toJson(conversation)).append('\n'));
        DurableFiles.write(file, lines.toString().getBytes(StandardCharsets.UTF_8));
    }

    static Conversation parse(JsonNode item) {
        if (!item.path(MESSAGES).isArray()) {
            throw new IllegalArgumentException(
                    "it has no \"messages\"; expected {\"messages\": [{\"role\": ..., \"content\": ...}, ...]}, "
                            + "for other forms see `cria data convert`");
        }
        List<ChatMessage> messages = new ArrayList<>();
        List<Boolean> learned = new ArrayList<>();
        for (JsonNode message : item.path(MESSAGES)) {
            try {
                ChatRole role = ChatRole.of(JsonItems.text(message, "role"));
                messages.add(new ChatMessage(role, JsonItems.text(message, "content")));
                if (role == ChatRole.ASSISTANT) {
                    learned.add(isLearned(message));
                }
            } catch (IllegalArgumentException e) {
                throw new IllegalArgumentException("message %d: %s".formatted(messages.size(), e.getMessage()), e);
            }
        }
        return new Conversation(messages, learned);
    }

    private static boolean isLearned(JsonNode message) {
        JsonNode weight = message.path(WEIGHT);
        if (!weight.isMissingNode() && !(weight.isInt() && (weight.intValue() | 1) == 1)) {
            throw new IllegalArgumentException("\"weight\" must be 0 or 1, got " + weight);
        }
        return weight.isMissingNode() || weight.intValue() == 1;
    }

    private static String toJson(Conversation conversation) {
        ObjectNode line = JSON.createObjectNode();
        ArrayNode messages = line.putArray(MESSAGES);
        int answer = 0;
        for (ChatMessage message : conversation.messages()) {
            ObjectNode node =
                    messages.addObject().put("role", message.role().id()).put("content", message.content());
            if (message.role() == ChatRole.ASSISTANT && !conversation.learned().get(answer++)) {
                node.put(WEIGHT, 0);
            }
        }
        try {
            return JSON.writeValueAsString(line);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a tree of texts can be written", e);
        }
    }
}
