package dev.cria.examples.world;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * A text resource of this package in sections: "== title" starts one, every further line is an entry, "#" a comment. What
 * follows a colon in a title explains the section to its reader.
 */
record Sections(String file, Map<String, List<String>> entries) {
    /** Reads the resource of that name. */
    static Sections read(String file) {
        Map<String, List<String>> sections = new LinkedHashMap<>();
        List<String> current = new ArrayList<>();
        for (String line : text(file).lines().map(String::strip).toList()) {
            if (line.startsWith("==")) {
                current = new ArrayList<>();
                sections.put(line.substring(2).replaceFirst(":.*", "").strip(), current);
            } else if (!line.isEmpty() && !line.startsWith("#")) {
                current.add(line);
            }
        }
        return new Sections(file, sections);
    }

    /** The entries of a section. */
    List<String> lines(String title) {
        List<String> lines = entries.get(title);
        if (lines == null) {
            throw new IllegalArgumentException(file + " has no section \"" + title + "\"");
        }
        return lines;
    }

    /** The entries of a section whose lines hold several words each, separated by blanks. */
    List<String> words(String title) {
        return lines(title).stream().flatMap(line -> Stream.of(line.split(" "))).toList();
    }

    /** The entries of a section whose lines are rows of a table, cells separated by "|". */
    <T> List<T> rows(String title, Function<String[], T> row) {
        return lines(title).stream().map(line -> row.apply(line.split(" \\| "))).toList();
    }

    private static String text(String file) {
        try (InputStream in = Sections.class.getResourceAsStream(file)) {
            if (in == null) {
                throw new IllegalStateException("resource " + file + " is missing beside " + Sections.class.getName());
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read resource " + file, e);
        }
    }
}
