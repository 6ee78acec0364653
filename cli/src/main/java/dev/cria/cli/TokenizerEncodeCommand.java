package dev.cria.cli;

import dev.cria.tokenizer.Tokenizer;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.StringJoiner;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code cria tokenizer encode}: lines of text in, lines of ids out. */
@Command(name = "encode", description = "Encodes each line of text to a JSON array of token ids.")
final class TokenizerEncodeCommand implements Callable<Integer> {
    /** Lines that are encoded at once, on all cores. */
    private static final int BATCH = 4096;

    @Option(
            names = "--tokenizer",
            required = true,
            paramLabel = "PATH",
            description = "A tokenizer file, or a directory with one.")
    @SuppressWarnings("NullAway.Init") // set by picocli
    private Path path;

    @Option(names = "--input", paramLabel = "FILE", description = "The text; standard input if absent.")
    private @Nullable Path input;

    @Option(names = "--bos", description = "Begin each line with the bos id.")
    private boolean bos;

    @Option(names = "--eos", description = "End each line with the eos id.")
    private boolean eos;

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        Tokenizer tokenizer = Tokenizer.load(path);
        require("--bos", bos, tokenizer.bosId());
        require("--eos", eos, tokenizer.eosId());
        PrintWriter out = spec.commandLine().getOut();
        try (LineSource source = LineSource.of(input)) {
            for (List<byte[]> lines = source.next(BATCH); !lines.isEmpty(); lines = source.next(BATCH)) {
                lines.parallelStream()
                        .map(line -> toJson(tokenizer, tokenizer.encode(line)))
                        .forEachOrdered(out::println);
            }
        }
        out.flush();
        return 0;
    }

    private void require(String option, boolean wanted, int id) {
        if (wanted && id < 0) {
            throw new IllegalArgumentException("%s: the tokenizer %s has no such token".formatted(option, path));
        }
    }

    private String toJson(Tokenizer tokenizer, int[] ids) {
        StringJoiner json = new StringJoiner(",", "[", "]");
        if (bos) {
            json.add(String.valueOf(tokenizer.bosId()));
        }
        for (int id : ids) {
            json.add(String.valueOf(id));
        }
        if (eos) {
            json.add(String.valueOf(tokenizer.eosId()));
        }
        return json.toString();
    }
}
