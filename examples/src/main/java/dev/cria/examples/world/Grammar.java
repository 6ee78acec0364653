package dev.cria.examples.world;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * Text templates: a section is a symbol, each of its lines one way to say it. In a line {@code <symbol>} is told by
 * another section, {@code [a|b]} is a choice, and {@code {slot}} is a word of the scene; {@code {Slot}} starts it with a
 * capital and {@code {a slot}} gives it its article.
 */
final class Grammar {
    private static final String VOWELS = "aeiou";

    private final Map<String, List<Part>> symbols = new LinkedHashMap<>();

    Grammar(Sections sections) {
        sections.entries().forEach((symbol, lines) -> {
            List<Part> ways = lines.stream()
                    .map(line -> new Parser(sections.file(), line).parse())
                    .toList();
            symbols.put(symbol, ways);
        });
    }

    /** Reads the grammar in the resource of that name. */
    static Grammar read(String file) {
        return new Grammar(Sections.read(file));
    }

    /** One way, chosen at random, to say a symbol in a scene. */
    String say(String symbol, Map<String, String> scene, Draws draws) {
        StringBuilder text = new StringBuilder();
        new Telling(scene, draws, text).tell(symbol);
        return text.toString();
    }

    /** All symbols in the order of the file. */
    Set<String> symbols() {
        return symbols.keySet();
    }

    /** The number of ways to say a symbol. */
    int ways(String symbol) {
        return waysOf(symbol).size();
    }

    /** The given way to say a symbol, counted from 0 in the order of the file. */
    String say(String symbol, int way, Map<String, String> scene, Draws draws) {
        StringBuilder text = new StringBuilder();
        waysOf(symbol).get(way).tell(new Telling(scene, draws, text));
        return text.toString();
    }

    private List<Part> waysOf(String symbol) {
        List<Part> ways = symbols.get(symbol);
        if (ways == null) {
            throw new IllegalArgumentException("the grammar has no section \"" + symbol + "\"");
        }
        return ways;
    }

    /** A piece of a template. */
    private interface Part {
        void tell(Telling telling);
    }

    /** One text in the making. */
    private final class Telling {
        private final Map<String, String> scene;
        private final Draws draws;
        private final StringBuilder text;

        Telling(Map<String, String> scene, Draws draws, StringBuilder text) {
            this.scene = scene;
            this.draws = draws;
            this.text = text;
        }

        void tell(String symbol) {
            draws.pick(waysOf(symbol)).tell(this);
        }

        void slot(String slot) {
            String name = slot.substring(0, 1).toLowerCase(Locale.ROOT) + slot.substring(1);
            boolean article = name.startsWith("a ");
            String word = scene.get(article ? name.substring(2) : name);
            if (word == null) {
                throw new IllegalArgumentException("the scene has no word for {" + slot + "}");
            }
            String said = !article ? word : (VOWELS.indexOf(word.charAt(0)) >= 0 ? "an " : "a ") + word;
            text.append(name.equals(slot) ? said : said.substring(0, 1).toUpperCase(Locale.ROOT) + said.substring(1));
        }
    }

    /** Reads one line by recursive descent. */
    private static final class Parser {
        private final String file;
        private final String line;
        private int at;

        Parser(String file, String line) {
            this.file = file;
            this.line = line;
        }

        Part parse() {
            return sequence("");
        }

        /** Parts up to the end of the line or one of the stop characters. */
        private Part sequence(String stop) {
            List<Part> parts = new ArrayList<>();
            while (at < line.length() && stop.indexOf(line.charAt(at)) < 0) {
                parts.add(part());
            }
            return telling -> parts.forEach(part -> part.tell(telling));
        }

        private Part part() {
            return switch (line.charAt(at)) {
                case '<' -> symbol(until('>'));
                case '{' -> slot(until('}'));
                case '[' -> choice();
                default -> text();
            };
        }

        private static Part symbol(String symbol) {
            return telling -> telling.tell(symbol);
        }

        private static Part slot(String slot) {
            return telling -> telling.slot(slot);
        }

        private Part choice() {
            List<Part> options = new ArrayList<>();
            do {
                at++; // past "[" or "|"
                options.add(sequence("|]"));
                if (at == line.length()) {
                    throw error("a [ without its ]");
                }
            } while (line.charAt(at) == '|');
            at++;
            return telling -> telling.draws.pick(options).tell(telling);
        }

        private String until(char close) {
            int end = line.indexOf(close, at);
            if (end < 0) {
                throw error("no " + close);
            }
            String inside = line.substring(at + 1, end);
            at = end + 1;
            return inside;
        }

        private Part text() {
            int start = at;
            while (at < line.length() && "<{[|]".indexOf(line.charAt(at)) < 0) {
                at++;
            }
            if (at == start) {
                throw error("an unexpected " + line.charAt(at));
            }
            String text = line.substring(start, at);
            return telling -> telling.text.append(text);
        }

        private IllegalArgumentException error(String what) {
            return new IllegalArgumentException(file + ": " + what + " at column " + (at + 1) + " of: " + line);
        }
    }
}
