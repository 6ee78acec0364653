package dev.cria.sft;

import com.fasterxml.jackson.databind.JsonNode;
import dev.cria.core.io.InvalidFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * Dialogues for {@link TurnRecall} with a judge by patterns, from JSONL: {@code {"instruction": "Act as Captain Owl.", "questions":
 * ["..."], "attributes": {"figure": "^Captain Owl says"}}}. An answer keeps an attribute if its regular expression is
 * found, without regard to case.
 */
public final class RecallScripts implements TurnRecall.Judge {
    private final List<TurnRecall.Script> scripts = new ArrayList<>();
    private final List<List<Pattern>> attributes = new ArrayList<>();

    private RecallScripts() {}

    /**
     * Reads a file.
     *
     * @throws InvalidFileException naming the file and the line that is wrong
     */
    public static RecallScripts read(Path file) {
        RecallScripts read = new RecallScripts();
        JsonItems.forEach(file, (item, line) -> read.add(item));
        if (read.scripts.isEmpty()) {
            throw new InvalidFileException(file, "it has no dialogue");
        }
        return read;
    }

    private void add(JsonNode item) {
        List<String> questions = new ArrayList<>();
        item.path("questions").forEach(question -> questions.add(question.asText()));
        List<Pattern> patterns = new ArrayList<>();
        item.path("attributes").forEach(pattern -> patterns.add(compile(pattern)));
        if (questions.isEmpty() || patterns.isEmpty()) {
            throw new IllegalArgumentException("it needs \"questions\", a list, and \"attributes\", patterns by name");
        }
        scripts.add(new TurnRecall.Script(JsonItems.text(item, "instruction"), questions));
        attributes.add(patterns);
    }

    private static Pattern compile(JsonNode pattern) {
        try {
            return Pattern.compile(pattern.asText(), Pattern.CASE_INSENSITIVE | Pattern.UNICODE_CASE);
        } catch (PatternSyntaxException e) {
            throw new IllegalArgumentException(
                    "'%s' is no regular expression: %s".formatted(pattern.asText(), e.getDescription()), e);
        }
    }

    /** The dialogues to hold. */
    public List<TurnRecall.Script> scripts() {
        return List.copyOf(scripts);
    }

    @Override
    public double recall(int dialogue, int turn, String answer) {
        List<Pattern> patterns = attributes.get(dialogue);
        long kept = patterns.stream()
                .filter(pattern -> pattern.matcher(answer).find())
                .count();
        return (double) kept / patterns.size();
    }
}
