package dev.cria.cli;

import dev.cria.tokenizer.BpeTokenizer;
import dev.cria.tokenizer.BpeTrainer;
import dev.cria.tokenizer.BpeTrainerConfig;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code cria tokenizer train}: text in, a SentencePiece model and Hugging Face files out. */
@Command(
        name = "train",
        description =
                "Trains a byte-pair encoding of text files, with Llama 2's settings where no option says otherwise.")
final class TokenizerTrainCommand implements Callable<Integer> {
    @Option(
            names = "--input",
            required = true,
            arity = "1..*",
            paramLabel = "FILE",
            description = "Text files, or .jsonl files with the text in --field.")
    private List<Path> inputs = new ArrayList<>();

    @Option(names = "--vocab-size", required = true, paramLabel = "N", description = "Number of token ids.")
    private int vocabSize;

    @Option(names = "--output", required = true, paramLabel = "DIR", description = "Where to write the files.")
    @SuppressWarnings("NullAway.Init") // set by picocli
    private Path output;

    @Option(
            names = "--field",
            defaultValue = "text",
            paramLabel = "NAME",
            description = "Field with the text in .jsonl files; may be repeated (${DEFAULT-VALUE}).")
    private List<String> fields = new ArrayList<>();

    @Option(
            names = "--character-coverage",
            defaultValue = "0.99995",
            description = "Share of the text's characters that get an id (${DEFAULT-VALUE}).")
    private double characterCoverage;

    @Option(names = "--max-piece-length", defaultValue = "16", description = "Longest piece (${DEFAULT-VALUE}).")
    private int maxPieceLength;

    @Option(
            names = "--max-line-bytes",
            defaultValue = "0",
            description = "Leave out longer lines; 0 takes all (${DEFAULT-VALUE}).")
    private int maxLineBytes;

    @Option(
            names = "--no-byte-fallback",
            negatable = true,
            defaultValue = "true",
            fallbackValue = "true",
            description = "Make characters without an id bytes, or else unknown.")
    private boolean byteFallback;

    @Option(
            names = "--no-split-digits",
            negatable = true,
            defaultValue = "true",
            fallbackValue = "true",
            description = "Make every digit a token of its own, or not.")
    private boolean splitDigits;

    @Option(
            names = "--control-piece",
            paramLabel = "NAME",
            description = "A further special token, such as <sep>; may be repeated.")
    private List<String> controlPieces = new ArrayList<>();

    @Option(
            names = "--user-defined-piece",
            paramLabel = "TEXT",
            description = "A text that is always one token; may be repeated.")
    private List<String> userDefinedPieces = new ArrayList<>();

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        try (TrainerProgress progress = TrainerProgress.onConsole()) {
            BpeTrainer trainer = new BpeTrainer(config(), progress);
            inputs.forEach(file -> add(trainer, file));
            BpeTokenizer tokenizer = trainer.train();
            tokenizer.save(output);
            out.printf(Locale.ROOT, "%s: %d pieces from %d lines%n", output, tokenizer.vocabSize(), trainer.lines());
            if (trainer.longLines() > 0) {
                out.printf(
                        Locale.ROOT,
                        "%d lines of more than %d bytes were left out%n",
                        trainer.longLines(),
                        maxLineBytes);
            }
        }
        return 0;
    }

    private void add(BpeTrainer trainer, Path file) {
        if (file.toString().endsWith(".jsonl")) {
            trainer.addJsonLines(file, fields);
        } else {
            trainer.addFile(file);
        }
    }

    private BpeTrainerConfig config() {
        BpeTrainerConfig llama2 = BpeTrainerConfig.llama2(vocabSize);
        return new BpeTrainerConfig(
                vocabSize,
                characterCoverage,
                byteFallback,
                splitDigits,
                llama2.splitByUnicodeScript(),
                llama2.splitByNumber(),
                llama2.splitByWhitespace(),
                llama2.allowWhitespaceOnlyPieces(),
                maxPieceLength,
                maxLineBytes,
                llama2.addDummyPrefix(),
                llama2.removeExtraWhitespaces(),
                controlPieces,
                userDefinedPieces);
    }
}
