package dev.cria.cli;

import dev.cria.tokenizer.Tokenizer;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code cria tokenizer decode}: lines of ids in, text out. */
@Command(name = "decode", description = "Decodes each line, a JSON array of token ids, to text.")
final class TokenizerDecodeCommand implements Callable<Integer> {
    @Option(
            names = "--tokenizer",
            required = true,
            paramLabel = "PATH",
            description = "A tokenizer file, or a directory with one.")
    @SuppressWarnings("NullAway.Init") // set by picocli
    private Path path;

    @Option(names = "--input", paramLabel = "FILE", description = "The ids; standard input if absent.")
    private @Nullable Path input;

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        Tokenizer tokenizer = Tokenizer.load(path);
        PrintWriter out = spec.commandLine().getOut();
        try (LineSource source = LineSource.of(input)) {
            int number = 0;
            for (List<byte[]> lines = source.next(1); !lines.isEmpty(); lines = source.next(1)) {
                out.println(decode(tokenizer, new String(lines.get(0), StandardCharsets.UTF_8), ++number));
            }
        }
        out.flush();
        return 0;
    }

    private static String decode(Tokenizer tokenizer, String line, int number) {
        String trimmed = line.strip();
        if (!trimmed.startsWith("[") || !trimmed.endsWith("]")) {
            throw new IllegalArgumentException("line " + number + ": not a JSON array of ids: " + shortened(trimmed));
        }
        String inner = trimmed.substring(1, trimmed.length() - 1).strip();
        String[] numbers = inner.isEmpty() ? new String[0] : inner.split(",", -1);
        int[] ids = new int[numbers.length];
        for (int i = 0; i < ids.length; i++) {
            ids[i] = parse(numbers[i].strip(), number);
        }
        try {
            return tokenizer.decode(ids);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("line " + number + ": " + e.getMessage(), e);
        }
    }

    private static int parse(String id, int line) {
        try {
            return Integer.parseInt(id);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("line " + line + ": not a token id: " + shortened(id), e);
        }
    }

    private static String shortened(String text) {
        return text.length() <= 40 ? text : text.substring(0, 40) + "...";
    }
}
