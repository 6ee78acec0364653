package dev.cria.sft;

import com.fasterxml.jackson.databind.JsonNode;
import dev.cria.core.io.InvalidFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Adversarial prompts from JSONL: {@code {"prompt": "...", "category": "unqualified_advice"}}; the prompt may be a list with one
 * user message, the category may be absent. Lines with {@code "is_safety": false} are left out: to distil on harmless
 * prompts makes answers vague.
 */
public final class SafetyPrompts {
    private SafetyPrompts() {}

    /**
     * Reads a file.
     *
     * @throws InvalidFileException naming the file and the line that is wrong
     */
    public static List<ContextDistillation.Prompt> read(Path file) {
        List<ContextDistillation.Prompt> prompts = new ArrayList<>();
        JsonItems.forEach(file, (item, line) -> {
            if (item.path("is_safety").asBoolean(true)) {
                prompts.add(new ContextDistillation.Prompt(text(item.path("prompt")), category(item.path("category"))));
            }
        });
        if (prompts.isEmpty()) {
            throw new InvalidFileException(file, "it has no adversarial prompt");
        }
        return prompts;
    }

    private static String text(JsonNode prompt) {
        JsonNode text = prompt.isArray() && prompt.size() == 1 ? prompt.path(0).path("content") : prompt;
        if (!text.isTextual() || text.textValue().isBlank()) {
            throw new IllegalArgumentException("\"prompt\" must be a text or a list with one user message");
        }
        return text.textValue();
    }

    private static @Nullable RiskCategory category(JsonNode category) {
        if (category.isMissingNode() || category.isNull()) {
            return null;
        }
        String name = category.asText().toUpperCase(Locale.ROOT);
        return Arrays.stream(RiskCategory.values())
                .filter(c -> c.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("unknown category '%s'; known are %s"
                        .formatted(
                                category.asText(),
                                Arrays.toString(RiskCategory.values()).toLowerCase(Locale.ROOT))));
    }
}
