package dev.cria.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** {@code docs/configuration.md} is what the records say, and the documents name only keys that exist. */
class ConfigurationReferenceTest {
    private static final Path PAGE = Documents.root().resolve("docs/configuration.md");

    private final ConfigurationReference reference = new ConfigurationReference();

    @Test
    void thePageIsUpToDate() throws IOException {
        if (Boolean.getBoolean("cria.regenerate")) {
            Files.writeString(PAGE, reference.markdown());
        }
        assertThat(Files.readString(PAGE))
                .as("to make it anew: mvn test -pl cli -am -Dtest=ConfigurationReferenceTest -Dcria.regenerate=true"
                        + " -Dsurefire.failIfNoSpecifiedTests=false")
                .isEqualTo(reference.markdown());
    }

    @Test
    void everyKeyHasADescription() {
        assertThat(reference.markdown()).doesNotContain("| null |");
    }

    @Test
    void everyKeyThatADocumentNamesExists() {
        Pattern code = Pattern.compile(
                "`((?:model|data|training|optimizer|evaluation|checkpoint|loss|reward|score|rollout|kl|update|valueOptimizer"
                        + "|annotation|collection|bestOf|helpfulness)\\.[a-z]\\w*(?:\\.[a-z]\\w*)*)(?:[=: ][^`]*)?`");
        List<String> unknown = new ArrayList<>();
        for (String document : Documents.all()) {
            Matcher matcher = code.matcher(String.join("\n", Documents.prose(document)));
            while (matcher.find()) {
                String key = matcher.group(1);
                boolean file = key.matches(".*\\.(json|jsonl|yaml|safetensors|norm|md)(\\..*)?")
                        || key.startsWith("model.layers")
                        || key.startsWith("model.embed")
                        || key.equals("score.weight");
                if (!file && !reference.keys().contains(key) && !key.endsWith(".preset")) {
                    unknown.add(document + ": " + key);
                }
            }
        }
        assertThat(unknown).isEmpty();
    }
}
