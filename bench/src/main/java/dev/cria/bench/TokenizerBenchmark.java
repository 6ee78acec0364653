package dev.cria.bench;

import dev.cria.tokenizer.BpeTrainer;
import dev.cria.tokenizer.BpeTrainerConfig;
import dev.cria.tokenizer.BpeTrainerListener;
import dev.cria.tokenizer.Tokenizer;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Encoding and decoding of made-up text of 1 MB with a vocabulary learnt from it: as one string, by lines, and without spaces, where no
 * word can be looked up and every merge is made.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
@SuppressWarnings("NullAway.Init") // JMH calls setUp before any benchmark
public class TokenizerBenchmark {
    private static final int WORDS = 5000;
    private static final int TEXT_CHARS = 1_000_000;
    private static final int VOCAB_SIZE = 2000;

    private Tokenizer tokenizer;
    private String text;
    private List<String> lines;
    private String withoutSpaces;
    private int[] ids;

    /** Makes the text and learns the vocabulary. */
    @Setup
    public void setUp() {
        text = madeUpText(new Random(1));
        lines = text.lines().toList();
        withoutSpaces = text.replaceAll("\\s", "");
        tokenizer = new BpeTrainer(BpeTrainerConfig.llama2(VOCAB_SIZE), BpeTrainerListener.NONE)
                .addText(text)
                .train();
        ids = tokenizer.encode(text);
    }

    private static String madeUpText(Random random) {
        String[] words = new String[WORDS];
        for (int i = 0; i < WORDS; i++) {
            words[i] = random.ints(2 + random.nextInt(8), 'a', 'z' + 1)
                    .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                    .toString();
        }
        StringBuilder text = new StringBuilder();
        while (text.length() < TEXT_CHARS) {
            // Squaring makes some words common and most rare, as in language.
            double skewed = random.nextDouble() * random.nextDouble();
            text.append(words[(int) (skewed * WORDS)]).append(random.nextInt(12) == 0 ? '\n' : ' ');
        }
        return text.toString();
    }

    /** One long string. */
    @Benchmark
    public int[] encodeWhole() {
        return tokenizer.encode(text);
    }

    /** Line by line. */
    @Benchmark
    public long encodeLines() {
        return lines.stream().mapToLong(line -> tokenizer.encode(line).length).sum();
    }

    /** One long word. */
    @Benchmark
    public int[] encodeWithoutSpaces() {
        return tokenizer.encode(withoutSpaces);
    }

    /** All ids at once. */
    @Benchmark
    public String decode() {
        return tokenizer.decode(ids);
    }
}
