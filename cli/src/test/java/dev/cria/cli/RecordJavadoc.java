package dev.cria.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The Javadoc of a record, read from its source. */
final class RecordJavadoc {
    private static final Pattern PARAMETER =
            Pattern.compile("^@param (\\w+) (.*?)(?=^@|\\z)", Pattern.MULTILINE | Pattern.DOTALL);
    private static final Pattern TAG = Pattern.compile("\\{@(?:code|link)\\s+([^}]*)}");

    private final String text;

    /**
     * Reads it.
     *
     * @throws IllegalStateException if the record has no Javadoc
     */
    RecordJavadoc(Class<?> type) {
        Class<?> outer = type.getNestHost();
        String path = "src/main/java/" + outer.getName().replace('.', '/') + ".java";
        Pattern declaration = Pattern.compile(
                "/\\*\\*((?:(?!\\*/).)*)\\*/(?:\\s*@\\w+(?:\\([^)]*\\))?)*\\s*public record " + type.getSimpleName()
                        + "\\(",
                Pattern.DOTALL);
        Matcher matcher = declaration.matcher(source(path));
        if (!matcher.find()) {
            throw new IllegalStateException(path + " has no Javadoc before record " + type.getSimpleName());
        }
        text = matcher.group(1).replaceAll("\\s*\\n\\s*\\* ?", "\n").strip();
    }

    private static String source(String path) {
        try (Stream<Path> modules = Files.list(Documents.root())) {
            List<Path> found = modules.map(module -> module.resolve(path))
                    .filter(Files::exists)
                    .toList();
            if (found.size() != 1) {
                throw new IllegalStateException(path + " is in " + found);
            }
            return Files.readString(found.get(0));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Its first paragraph. */
    String summary() {
        return plain(text.split("\\n\\n|\\n@|<p>", 2)[0]);
    }

    /** What it says of each component. */
    Map<String, String> parameters() {
        Map<String, String> parameters = new LinkedHashMap<>();
        Matcher matcher = PARAMETER.matcher(text);
        while (matcher.find()) {
            parameters.put(matcher.group(1), plain(matcher.group(2)));
        }
        return parameters;
    }

    /** A linked member as {@code Class.member()}, without its package. */
    private static String reference(String link) {
        return link.replaceAll("^(?:[a-z]\\w*\\.)+(?=[A-Z])", "")
                .replaceAll("^#", "")
                .replace('#', '.');
    }

    private static String plain(String javadoc) {
        return TAG.matcher(javadoc)
                .replaceAll(tag -> "`" + Matcher.quoteReplacement(reference(tag.group(1))) + "`")
                .replaceAll("\\s+", " ")
                .replace("|", "\\|")
                .strip();
    }
}
