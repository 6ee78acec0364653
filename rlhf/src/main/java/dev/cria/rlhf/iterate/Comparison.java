package dev.cria.rlhf.iterate;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.cria.rlhf.sampling.PromptFile;
import dev.cria.rlhf.sampling.RlPrompt;
import dev.cria.sft.JsonItems;

/**
 * Two answers to one prompt, to be compared by an annotator.
 *
 * @param index of the comparison in its round
 * @param prompt what was asked
 * @param first an answer of one model variant
 * @param second an answer of another, at another temperature
 * @param source which round and variants it comes from
 */
public record Comparison(int index, RlPrompt prompt, String first, String second, String source) {
    /** Whether there is something to compare: two answers that say something, and not the same. */
    boolean isUseful() {
        return !first.isBlank() && !second.isBlank() && !first.strip().equals(second.strip());
    }

    ObjectNode toJson(ObjectMapper mapper) {
        ObjectNode line = mapper.createObjectNode().put("index", index);
        line.set("prompt", PromptFile.toJson(mapper, prompt.messages()));
        return line.put("is_safety", prompt.isSafety())
                .put("first", first)
                .put("second", second)
                .put("source", source);
    }

    static Comparison parse(JsonNode line) {
        return new Comparison(
                line.path("index").asInt(),
                PromptFile.parse(line),
                JsonItems.text(line, "first"),
                JsonItems.text(line, "second"),
                JsonItems.text(line, "source"));
    }
}
