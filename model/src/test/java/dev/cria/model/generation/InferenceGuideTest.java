package dev.cria.model.generation;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code docs/inference.md} shows is code that compiles. */
class InferenceGuideTest {
    private static final Path GUIDE = Path.of("..", "docs", "inference.md");
    private static final Pattern SNIPPET = Pattern.compile("```java\n(.*?)```", Pattern.DOTALL);

    @TempDir
    private Path classes;

    @Test
    void theSnippetCompiles() throws IOException {
        Matcher snippet = SNIPPET.matcher(Files.readString(GUIDE));
        assertThat(snippet.find()).as("a snippet in " + GUIDE).isTrue();
        Path source = Files.writeString(classes.resolve("Snippet.java"), """
                import dev.cria.core.Engine;
                import dev.cria.model.Llama;
                import dev.cria.model.generation.Sampling;
                import dev.cria.model.generation.TextGenerator;
                import dev.cria.tokenizer.Tokenizer;
                import java.nio.file.Path;

                class Snippet {
                    static void run(Path directory) throws Exception {
                %s    }
                }
                """.formatted(snippet.group(1)));
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        StringWriter messages = new StringWriter();
        boolean compiled = compiler.getTask(
                        messages,
                        null,
                        null,
                        List.of("-d", classes.toString(), "-cp", System.getProperty("java.class.path"), "-proc:none"),
                        null,
                        compiler.getStandardFileManager(null, null, null).getJavaFileObjects(source))
                .call();
        assertThat(compiled).as(messages.toString()).isTrue();
    }
}
