package dev.cria.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Runs many commands in one process and in its working directory, where paths mean what a user means by them: {@code
 * CommandScript FILE}. The file holds commands, a word a line, after each an empty line; the first word says where a command stands.
 * Prints the commands with their seconds; ends with 1 and the messages if any failed.
 */
final class CommandScript {
    private final List<String> failures = new ArrayList<>();

    private CommandScript() {}

    public static void main(String[] args) throws IOException {
        Locale.setDefault(Locale.ROOT);
        CommandScript script = new CommandScript();
        List<String> command = new ArrayList<>();
        for (String line : Files.readAllLines(Path.of(args[0]))) {
            if (line.isEmpty()) {
                script.run(command.get(0), command.subList(1, command.size()));
                command.clear();
            } else {
                command.add(line);
            }
        }
        script.failures.forEach(System.err::println);
        System.exit(script.failures.isEmpty() ? 0 : 1);
    }

    private void run(String place, List<String> words) throws IOException {
        List<String> arguments = new ArrayList<>();
        Path target = null;
        for (int i = 0; i < words.size(); i++) {
            if (words.get(i).equals(">")) {
                target = Path.of(words.get(++i));
            } else {
                arguments.addAll(expand(words.get(i)));
            }
        }
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        long begin = System.nanoTime();
        int code = Cria.commandLine()
                .setOverwrittenOptionsAllowed(true)
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .execute(arguments.toArray(String[]::new));
        double seconds = (System.nanoTime() - begin) / 1e9;
        System.out.printf("%5.1f s  %s  cria %s%n", seconds, place, String.join(" ", arguments));
        if (target != null) {
            Files.writeString(target, out.toString());
        }
        if (code != 0) {
            failures.add("%s: cria %s%n  ended with %d: %s%s"
                    .formatted(place, String.join(" ", arguments), code, err, code == 1 ? out : ""));
        }
    }

    /** The files that a word with a {@code *} stands for, or the word. */
    private static List<String> expand(String word) throws IOException {
        if (!word.contains("*")) {
            return List.of(word);
        }
        Path pattern = Path.of(word);
        List<String> files = new ArrayList<>();
        try (DirectoryStream<Path> found = Files.newDirectoryStream(
                pattern.getParent(), pattern.getFileName().toString())) {
            found.forEach(file -> files.add(file.toString()));
        }
        return files;
    }
}
