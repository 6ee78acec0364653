package dev.cria.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** The project's documents, in the order in which a reader meets them, and their fenced blocks. */
final class Documents {
    private static final Path ROOT =
            Path.of("..").toAbsolutePath().normalize(); // surefire runs in the module's directory

    /** Read in this order, since what one makes others use; all others follow by name. */
    private static final List<String> FIRST =
            List.of("README.md", "docs/quickstart.md", "docs/training.md", "docs/sft.md", "docs/reward-models.md");

    private Documents() {}

    /**
     * A fenced block.
     *
     * @param document path from the project's root
     * @param line number of its first line
     * @param language what stands behind the fence, "" for nothing
     * @param text its lines
     */
    record Block(String document, int line, String language, List<String> text) {
        String place() {
            return document + ":" + line;
        }
    }

    /** The project's root. */
    static Path root() {
        return ROOT;
    }

    /** Paths of all documents from the project's root. */
    static List<String> all() {
        try (Stream<Path> files = Files.walk(ROOT.resolve("docs"))) {
            List<String> found = new ArrayList<>(FIRST.stream()
                    .filter(name -> Files.exists(ROOT.resolve(name)))
                    .toList());
            Stream.concat(
                            Stream.of("CONTRIBUTING.md"),
                            files.map(file -> ROOT.relativize(file).toString().replace('\\', '/'))
                                    .filter(name -> name.endsWith(".md"))
                                    .sorted())
                    .filter(name -> !found.contains(name))
                    .forEach(found::add);
            return found;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The lines of a document. */
    static List<String> lines(String document) {
        try {
            return Files.readAllLines(ROOT.resolve(document));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The fenced blocks of all documents. */
    static List<Block> blocks() {
        return all().stream().flatMap(document -> blocks(document).stream()).toList();
    }

    /** The fenced blocks of a document. */
    static List<Block> blocks(String document) {
        List<Block> blocks = new ArrayList<>();
        List<String> lines = lines(document);
        for (int i = 0; i < lines.size(); i++) {
            if (lines.get(i).startsWith("```")) {
                int begin = ++i;
                while (!lines.get(i).equals("```")) {
                    i++;
                }
                String language = lines.get(begin - 1).substring(3).strip();
                blocks.add(new Block(document, begin + 1, language, lines.subList(begin, i)));
            }
        }
        return blocks;
    }

    /** The lines of a document outside its fenced blocks, a blank line in the place of each of theirs. */
    static List<String> prose(String document) {
        List<String> lines = new ArrayList<>(lines(document));
        for (Block block : blocks(document)) {
            for (int i = 0; i < block.text().size(); i++) {
                lines.set(block.line() - 1 + i, "");
            }
        }
        return lines;
    }
}
