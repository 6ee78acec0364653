package dev.cria.rlhf.preference;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.cria.core.io.DurableFiles;
import dev.cria.core.io.InvalidFileException;
import dev.cria.rlhf.preference.Preference.Safety;
import dev.cria.sft.JsonItems;
import dev.cria.tokenizer.ChatMessage;
import dev.cria.tokenizer.ChatRole;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Preference files: JSONL, a comparison a line, {@code {"prompt": [{"role": "user", "content": "..."}], "chosen": "...",
 * "rejected": "...", "rating": "better", "chosen_safe": true, "rejected_safe": false, "source": "..."}}; rating, safety labels
 * and source may be left out.
 */
public final class PreferenceData {
    /** The source of lines that name none. */
    public static final String NO_SOURCE = "unnamed";

    private static final ObjectMapper JSON = new ObjectMapper();

    private PreferenceData() {}

    /**
     * Reads a file.
     *
     * @throws InvalidFileException naming the file and the line that is wrong
     */
    public static List<Preference> read(Path file) {
        List<Preference> preferences = new ArrayList<>();
        forEach(file, preferences::add);
        return preferences;
    }

    /**
     * Hands over each comparison of a file; what the consumer refuses by {@link IllegalArgumentException} is reported under
     * the file and the line.
     *
     * @throws InvalidFileException naming the file and the line that is wrong
     */
    public static void forEach(Path file, Consumer<Preference> consumer) {
        boolean[] any = new boolean[1];
        JsonItems.forEach(file, (item, line) -> {
            consumer.accept(parse(item));
            any[0] = true;
        });
        if (!any[0]) {
            throw new InvalidFileException(file, "it has no comparison");
        }
    }

    /** Writes a file whole or not at all. */
    public static void write(Path file, List<Preference> preferences) {
        StringBuilder lines = new StringBuilder();
        try {
            for (Preference preference : preferences) {
                lines.append(JSON.writeValueAsString(toJson(preference))).append('\n');
            }
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a tree of texts can be written", e);
        }
        DurableFiles.write(file, lines.toString().getBytes(StandardCharsets.UTF_8));
    }

    /**
     * A comparison from its JSON object.
     *
     * @throws IllegalArgumentException naming what is wrong
     */
    public static Preference parse(JsonNode item) {
        if (!item.path("prompt").isArray()) {
            throw new IllegalArgumentException(
                    "it has no list \"prompt\"; expected {\"prompt\": [{\"role\": ..., \"content\": ...}], \"chosen\": ..., "
                            + "\"rejected\": ...}, for other forms see `cria data convert`");
        }
        List<ChatMessage> prompt = new ArrayList<>();
        for (JsonNode message : item.path("prompt")) {
            prompt.add(
                    new ChatMessage(ChatRole.of(JsonItems.text(message, "role")), JsonItems.text(message, "content")));
        }
        String source = JsonItems.optionalText(item, "source");
        String rating = JsonItems.optionalText(item, "rating");
        return new Preference(
                prompt,
                JsonItems.text(item, "chosen"),
                JsonItems.text(item, "rejected"),
                rating.isEmpty() ? null : Rating.of(rating),
                safety(item),
                source.isEmpty() ? NO_SOURCE : source);
    }

    private static @Nullable Safety safety(JsonNode item) {
        JsonNode chosen = item.path("chosen_safe");
        JsonNode rejected = item.path("rejected_safe");
        boolean none = !item.hasNonNull("chosen_safe") && !item.hasNonNull("rejected_safe");
        if (!none && !(chosen.isBoolean() && rejected.isBoolean())) {
            throw new IllegalArgumentException(
                    "\"chosen_safe\" and \"rejected_safe\" must both be true or false, or both be left out");
        }
        return none ? null : Safety.of(chosen.booleanValue(), rejected.booleanValue());
    }

    /** A comparison as its JSON object. */
    public static ObjectNode toJson(Preference preference) {
        ObjectNode line = JSON.createObjectNode();
        ArrayNode prompt = line.putArray("prompt");
        for (ChatMessage message : preference.prompt()) {
            prompt.addObject().put("role", message.role().id()).put("content", message.content());
        }
        line.put("chosen", preference.chosen()).put("rejected", preference.rejected());
        Rating rating = preference.rating();
        if (rating != null) {
            line.put("rating", rating.id());
        }
        Safety safety = preference.safety();
        if (safety != null) {
            line.put("chosen_safe", safety.chosenSafe()).put("rejected_safe", safety.rejectedSafe());
        }
        return line.put("source", preference.source());
    }
}
