package dev.cria.cli;

import dev.cria.tokenizer.BpeTokenizer;
import dev.cria.tokenizer.Piece;
import dev.cria.tokenizer.PieceType;
import dev.cria.tokenizer.SentencePieceModel;
import dev.cria.tokenizer.Tokenizer;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code cria tokenizer inspect}: what a tokenizer is, and how well it compresses files. */
@Command(name = "inspect", description = "Shows sizes, special ids and the compression of files.")
final class TokenizerInspectCommand implements Callable<Integer> {
    @Option(
            names = "--tokenizer",
            required = true,
            paramLabel = "PATH",
            description = "A tokenizer file, or a directory with one.")
    @SuppressWarnings("NullAway.Init") // set by picocli
    private Path path;

    @Option(
            names = "--input",
            arity = "1..*",
            paramLabel = "FILE",
            description = "Text files to compress, as they are.")
    private List<Path> inputs = new ArrayList<>();

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        Tokenizer tokenizer = Tokenizer.load(path);
        PrintWriter out = spec.commandLine().getOut();
        out.printf(Locale.ROOT, "kind         %s%n", tokenizer.getClass().getSimpleName());
        out.printf(Locale.ROOT, "vocabulary   %d%n", tokenizer.vocabSize());
        out.printf(
                Locale.ROOT,
                "bos, eos     %s, %s%n",
                id(tokenizer, tokenizer.bosId()),
                id(tokenizer, tokenizer.eosId()));
        if (tokenizer instanceof BpeTokenizer bpe) {
            show(bpe, out);
        }
        out.printf(Locale.ROOT, "fingerprint  %s%n", tokenizer.fingerprint());
        for (Path input : inputs) {
            byte[] text = Files.readAllBytes(input);
            int tokens = tokenizer.encode(text).length;
            out.printf(
                    Locale.ROOT,
                    "%s: %d bytes, %d tokens, %.4f bytes per token%n",
                    input,
                    text.length,
                    tokens,
                    (double) text.length / tokens);
        }
        out.flush();
        return 0;
    }

    private static void show(BpeTokenizer tokenizer, PrintWriter out) {
        SentencePieceModel model = tokenizer.model();
        out.printf(Locale.ROOT, "unknown      %s%n", id(tokenizer, tokenizer.unkId()));
        Map<PieceType, Integer> counts = new EnumMap<>(PieceType.class);
        for (Piece piece : model.pieces()) {
            counts.merge(piece.type(), 1, Integer::sum);
        }
        counts.forEach((type, count) -> out.printf(Locale.ROOT, "%-12s %d%n", type, count));
        out.printf(Locale.ROOT, "dummy prefix %s, byte fallback %s%n", model.addDummyPrefix(), model.byteFallback());
    }

    private static String id(Tokenizer tokenizer, int id) {
        return id < 0 ? "none" : id + " " + tokenizer.piece(id);
    }
}
