package dev.cria.rlhf.sampling;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.cria.core.io.DurableFiles;
import dev.cria.core.io.InvalidFileException;
import dev.cria.sft.JsonItems;
import dev.cria.tokenizer.ChatMessage;
import dev.cria.tokenizer.ChatRole;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Files of prompts: JSONL, {@code {"prompt": [{"role": "user", "content": "..."}], "is_safety": false}} a line; the tag may
 * be left out.
 */
public final class PromptFile {
    private static final String PROMPT = "prompt";
    private static final String IS_SAFETY = "is_safety";

    private PromptFile() {}

    /**
     * Reads files, one after the other.
     *
     * @throws InvalidFileException naming the file and the line that is wrong, or a file without a prompt
     */
    public static List<RlPrompt> read(List<Path> files) {
        List<RlPrompt> prompts = new ArrayList<>();
        for (Path file : files) {
            int before = prompts.size();
            JsonItems.forEach(file, (item, line) -> prompts.add(parse(item)));
            if (prompts.size() == before) {
                throw new InvalidFileException(file, "it has no prompt");
            }
        }
        return prompts;
    }

    /** Writes a file whole or not at all. */
    public static void write(Path file, List<RlPrompt> prompts) {
        ObjectMapper mapper = new ObjectMapper();
        StringBuilder lines = new StringBuilder();
        for (RlPrompt prompt : prompts) {
            ObjectNode line = mapper.createObjectNode();
            line.set(PROMPT, toJson(mapper, prompt.messages()));
            lines.append(line.put(IS_SAFETY, prompt.isSafety())).append('\n');
        }
        DurableFiles.write(file, lines.toString().getBytes(StandardCharsets.UTF_8));
    }

    /** A prompt from its JSON form; further keys are let be. */
    public static RlPrompt parse(JsonNode item) {
        JsonNode tag = item.path(IS_SAFETY);
        if (!tag.isMissingNode() && !tag.isBoolean()) {
            throw new IllegalArgumentException("\"is_safety\" must be true or false, got " + tag);
        }
        return new RlPrompt(messages(item.path(PROMPT)), tag.asBoolean());
    }

    /** Messages from their JSON form. */
    static List<ChatMessage> messages(JsonNode array) {
        if (!array.isArray() || array.isEmpty()) {
            throw new IllegalArgumentException(
                    "it has no \"prompt\"; expected {\"prompt\": [{\"role\": ..., \"content\": ...}, ...]}");
        }
        List<ChatMessage> messages = new ArrayList<>();
        for (JsonNode message : array) {
            messages.add(
                    new ChatMessage(ChatRole.of(JsonItems.text(message, "role")), JsonItems.text(message, "content")));
        }
        return messages;
    }

    /** The JSON form of messages. */
    public static ArrayNode toJson(ObjectMapper mapper, List<ChatMessage> messages) {
        ArrayNode array = mapper.createArrayNode();
        for (ChatMessage message : messages) {
            array.addObject().put("role", message.role().id()).put("content", message.content());
        }
        return array;
    }
}
