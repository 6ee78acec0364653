package dev.cria.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Every block of Java in the documents is part of a source file that is compiled, and the documents quote real messages. */
class DocumentedCodeTest {
    @Test
    void everyBlockOfJavaIsCompiledSomewhere() {
        String sources = sources("src");
        List<String> invented = Documents.blocks().stream()
                .filter(block -> block.language().equals("java"))
                .filter(block -> !sources.contains(packed(String.join("", block.text()))))
                .map(Documents.Block::place)
                .toList();
        assertThat(invented)
                .as("blocks of Java that no source file holds; put them into GuideSnippetsTest or ExtendingTest")
                .isEmpty();
    }

    @Test
    void everyMessageOfTroubleshootingIsSaidSomewhere() throws IOException {
        String said = (sources("src/main")
                        + packed(Files.readString(Documents.root().resolve("cria"))))
                .replace("\"+\"", "")
                .replace("\\\"", "\"");
        Pattern row = Pattern.compile("^\\| (`+)(.+?)\\1 \\|");
        List<String> messages = Documents.prose("docs/troubleshooting.md").stream()
                .map(row::matcher)
                .filter(Matcher::find)
                .map(match -> match.group(2).strip())
                .toList();
        assertThat(messages)
                .hasSizeGreaterThan(30)
                .allMatch(message -> said.contains(packed(message)), "is in the sources");
    }

    /** Without white space, since the formatter breaks lines elsewhere than a document does. */
    private static String packed(String text) {
        return text.replaceAll("\\s+", "");
    }

    /** All Java sources of the project and of the consumer's, packed. */
    static String sources(String folder) {
        try (Stream<Path> modules = Files.list(Documents.root())) {
            return Stream.concat(modules, Stream.of(Documents.root().resolve("docs/consumer")))
                    .map(module -> module.resolve(folder))
                    .filter(Files::isDirectory)
                    .flatMap(DocumentedCodeTest::javaFiles)
                    .map(DocumentedCodeTest::read)
                    .map(DocumentedCodeTest::packed)
                    .collect(Collectors.joining("\n"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Stream<Path> javaFiles(Path directory) {
        try (Stream<Path> files = Files.walk(directory)) {
            return files.filter(file -> file.toString().endsWith(".java")).toList().stream();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
