package dev.cria.cli;

import dev.cria.pretrain.DataConfig;
import dev.cria.pretrain.TextCorpus;
import dev.cria.pretrain.prepare.DataPreparation;
import dev.cria.pretrain.prepare.Fate;
import dev.cria.pretrain.prepare.PrepareOptions;
import dev.cria.pretrain.prepare.Statistics;
import dev.cria.pretrain.prepare.TextFilter;
import dev.cria.tokenizer.ByteTokenizer;
import dev.cria.tokenizer.Tokenizer;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code cria data prepare}: text to token shards. */
@Command(name = "prepare", description = "Tokenizes text files into shards for pretraining.")
final class DataPrepareCommand implements Callable<Integer> {
    private static final Logger LOG = LoggerFactory.getLogger(DataPrepareCommand.class);
    private static final double SECONDS_BETWEEN_LINES = 5;

    @Option(
            names = "--input",
            arity = "1..*",
            required = true,
            paramLabel = "FILE",
            description = "Text files, JSONL files with a \"text\" field, or gzip of either.")
    private List<Path> input = List.of();

    @Option(names = "--tokenizer", required = true, paramLabel = "PATH", description = "A tokenizer, or 'bytes'.")
    @SuppressWarnings("NullAway.Init") // set by picocli
    private String tokenizer;

    @Option(names = "--output", required = true, paramLabel = "DIR", description = "Where the shards go.")
    @SuppressWarnings("NullAway.Init") // set by picocli
    private Path output;

    @Option(names = "--dedup", description = "Drop texts that came before.")
    private boolean dedup;

    @Option(names = "--near-dedup", description = "Drop texts much like one before (MinHash).")
    private boolean nearDedup;

    @Option(names = "--min-chars", defaultValue = "0", description = "Drop shorter documents.")
    private long minChars;

    @Option(names = "--max-chars", defaultValue = "0", description = "Drop longer documents; 0 keeps all.")
    private long maxChars;

    @Option(
            names = "--min-letters",
            defaultValue = "0",
            description = "Drop documents with a smaller share of letters.")
    private double minLetters;

    @Option(names = "--threads", defaultValue = "0", description = "Threads; by default one a core.")
    private int threads;

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    private double lastLine;

    @Override
    public Integer call() {
        TextCorpus.check(input);
        Tokenizer loaded =
                tokenizer.equals(DataConfig.BYTES) ? new ByteTokenizer() : Tokenizer.load(Path.of(tokenizer));
        int workers = threads == 0 ? Runtime.getRuntime().availableProcessors() : threads;
        PrepareOptions options =
                new PrepareOptions(new TextFilter(minChars, maxChars, minLetters), dedup, nearDedup, workers);
        long begin = System.nanoTime();
        Statistics statistics = new DataPreparation(
                        loaded, options, (bytes, documents) -> progress(begin, bytes, documents))
                .prepare(input, output);
        report(spec.commandLine().getOut(), statistics);
        return 0;
    }

    private void progress(long begin, long bytes, long documents) {
        double seconds = (System.nanoTime() - begin) / 1e9;
        if (seconds - lastLine >= SECONDS_BETWEEN_LINES) {
            lastLine = seconds;
            LOG.info(
                    "{}",
                    String.format(
                            Locale.ROOT,
                            "%,d documents, %,.1f MB, %.2f MB/s",
                            documents,
                            bytes / 1e6,
                            bytes / 1e6 / seconds));
        }
    }

    private void report(PrintWriter out, Statistics statistics) {
        out.printf(
                Locale.ROOT,
                "%,d documents, %,d tokens, %,d bytes, %.3f bytes a token, %.2f MB/s%n",
                statistics.kept(),
                statistics.tokens(),
                statistics.bytes(),
                statistics.bytesPerToken(),
                statistics.bytes() / 1e6 / statistics.seconds());
        statistics.documents().forEach((fate, count) -> {
            if (fate != Fate.KEPT) {
                out.printf(
                        Locale.ROOT,
                        "dropped %,d: %s%n",
                        count,
                        fate.name().toLowerCase(Locale.ROOT).replace('_', ' '));
            }
        });
        out.println("shards " + output);
        out.flush();
    }
}
