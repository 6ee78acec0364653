package dev.cria.rlhf.iterate;

import dev.cria.rlhf.preference.Preference;
import dev.cria.rlhf.preference.PreferenceData;
import dev.cria.tokenizer.ChatMessage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * People who compare answers outside this program. The comparisons of a round lie in its {@code comparisons.jsonl}; their
 * labels are read from a preference file. A comparison that the file says nothing about is left out.
 */
public final class FileAnnotator implements Annotator {
    private final Path file;

    /** An annotator whose labels are, or will be, in a preference file. */
    public FileAnnotator(Path file) {
        this.file = file;
    }

    @Override
    public List<Optional<Preference>> annotate(List<Comparison> comparisons) {
        if (!Files.isRegularFile(file)) {
            throw new LabelsMissingException(
                    "waiting for labels: compare the answers in comparisons.jsonl beside it, put them as preferences into %s, and go on with --resume"
                            .formatted(file));
        }
        Map<List<Object>, Preference> labels = new HashMap<>();
        PreferenceData.forEach(file, label -> labels.put(key(label.prompt(), label.chosen(), label.rejected()), label));
        List<Optional<Preference>> preferences = new ArrayList<>();
        for (Comparison comparison : comparisons) {
            List<ChatMessage> prompt = comparison.prompt().messages();
            Preference label = labels.get(key(prompt, comparison.first(), comparison.second()));
            preferences.add(Optional.ofNullable(
                    label == null ? labels.get(key(prompt, comparison.second(), comparison.first())) : label));
        }
        return preferences;
    }

    private static List<Object> key(List<ChatMessage> prompt, String chosen, String rejected) {
        return List.of(prompt, chosen.strip(), rejected.strip());
    }
}
