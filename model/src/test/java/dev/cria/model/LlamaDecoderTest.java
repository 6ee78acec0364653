package dev.cria.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.cria.core.Engine;
import dev.cria.core.autograd.Tape;
import dev.cria.core.ops.Segments;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;

class LlamaDecoderTest {
    private static final int VOCAB = 61;

    /** Weights ten times as large as usual, so that attention and gates do something. */
    private static final LlamaConfig CONFIG =
            new LlamaConfig(VOCAB, 32, 88, 2, 4, 2, 0, 320, 1e-5, 10000, true, 0.2, -1, -1);

    @ParameterizedTest
    @ValueSource(strings = {"reference", "default"})
    void cachedLogProbsEqualUncachedTokenByToken(String kernels) {
        try (Engine engine = engine(kernels);
                Llama model = model(engine, 1);
                LlamaDecoder decoder = new LlamaDecoder(model);
                CachedSequence sequence = decoder.newSequence()) {
            int[] tokens = tokens(1, 300); // three blocks of cache
            float[] expected = allLogits(model, tokens);
            float[] got = new float[VOCAB];
            decoder.append(List.of(sequence), List.of(Arrays.copyOf(tokens, 115)), got);
            assertSameLogProbs(got, 0, expected, 114);
            for (int t = 115; t < 145; t++) {
                decoder.append(List.of(sequence), List.of(new int[] {tokens[t]}), got);
                assertSameLogProbs(got, 0, expected, t);
            }
            decoder.append(List.of(sequence), List.of(Arrays.copyOfRange(tokens, 145, 300)), got);
            assertSameLogProbs(got, 0, expected, 299);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"reference", "default"})
    void raggedSequencesJoinLeaveAndForkWithoutSeeingEachOther(String kernels) {
        try (Engine engine = engine(kernels);
                Llama model = model(engine, 2);
                LlamaDecoder decoder = new LlamaDecoder(model)) {
            int[] a = tokens(5, 150);
            int[] b = tokens(6, 50);
            int[] c = concat(Arrays.copyOf(a, 137), tokens(7, 13)); // goes on from 137 tokens of a
            CachedSequence sa = decoder.newSequence();
            CachedSequence sb = decoder.newSequence();
            float[] got = new float[3 * VOCAB];
            decoder.append(List.of(sa, sb), List.of(Arrays.copyOf(a, 137), Arrays.copyOf(b, 11)), got);
            CachedSequence sc = sa.fork();
            float[] expectedA = allLogits(model, a);
            float[] expectedB = allLogits(model, b);
            float[] expectedC = allLogits(model, c);
            for (int t = 0; t < 13; t++) {
                decoder.append(List.of(sc, sa, sb), List.of(one(c, 137 + t), one(a, 137 + t), one(b, 11 + t)), got);
                assertSameLogProbs(got, 0, expectedC, 137 + t);
                assertSameLogProbs(got, 1, expectedA, 137 + t);
                assertSameLogProbs(got, 2, expectedB, 11 + t);
            }
            sa.close(); // its memory is taken by the next
            CachedSequence sd = decoder.newSequence();
            decoder.append(List.of(sd), List.of(Arrays.copyOf(b, 45)), got);
            decoder.append(List.of(sb, sd), List.of(one(b, 24), one(b, 45)), got);
            assertSameLogProbs(got, 0, expectedB, 24);
            assertSameLogProbs(got, 1, expectedB, 45);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"reference", "default"})
    void aTruncatedSequenceGoesOnFromThere(String kernels) {
        try (Engine engine = engine(kernels);
                Llama model = model(engine, 3);
                LlamaDecoder decoder = new LlamaDecoder(model)) {
            int[] a = tokens(8, 60);
            int[] b = concat(Arrays.copyOf(a, 20), tokens(9, 5));
            CachedSequence sequence = decoder.newSequence();
            float[] got = new float[VOCAB];
            decoder.append(List.of(sequence), List.of(a), got);
            CachedSequence whole = sequence.fork();
            sequence.truncate(20);
            decoder.append(List.of(sequence), List.of(Arrays.copyOfRange(b, 20, 25)), got);
            assertSameLogProbs(got, 0, allLogits(model, b), 24);
            decoder.append(List.of(whole), List.of(new int[] {3}), got);
            assertSameLogProbs(got, 0, allLogits(model, concat(a, new int[] {3})), 60);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"reference", "default"})
    void aSequenceThatWouldBeTooLongIsRefusedAndLeftAsItWas(String kernels) {
        try (Engine engine = engine(kernels);
                Llama model = model(engine, 3);
                LlamaDecoder decoder = new LlamaDecoder(model)) {
            int[] a = tokens(8, 320);
            CachedSequence sequence = decoder.newSequence();
            float[] got = new float[VOCAB];
            decoder.append(List.of(sequence), List.of(Arrays.copyOf(a, 319)), got);
            assertThatThrownBy(() -> decoder.append(List.of(sequence), List.of(new int[] {1, 2}), got))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("320");
            assertThat(sequence.length()).isEqualTo(319);
            decoder.append(List.of(sequence), List.of(one(a, 319)), got);
            assertSameLogProbs(got, 0, allLogits(model, a), 319);
        }
    }

    /** Eight bits of mantissa: scores move by some percent of their size. */
    @ParameterizedTest
    @ValueSource(strings = {"reference", "default"})
    void weightsInBfloat16GiveNearlyTheSame(String kernels) {
        try (Engine engine = engine(kernels);
                Llama model = model(engine, 4);
                Llama half = Llama.randomForInference(engine, CONFIG, 4, DataType.BFLOAT16);
                LlamaDecoder decoder = new LlamaDecoder(half)) {
            int[] a = tokens(3, 12);
            float[] expected = allLogits(model, a);
            float[] got = new float[VOCAB];
            CachedSequence sequence = decoder.newSequence();
            decoder.append(List.of(sequence), List.of(Arrays.copyOf(a, 11)), got);
            decoder.append(List.of(sequence), List.of(one(a, 11)), got);
            for (int i = 0; i < VOCAB; i++) {
                assertThat(got[i]).isCloseTo(expected[11 * VOCAB + i], within(0.15f));
            }
        }
    }

    private static Engine engine(String kernels) {
        return kernels.equals("reference") ? Engine.reference(DataType.FLOAT) : Engine.create();
    }

    private static Llama model(Engine engine, long seed) {
        return Llama.random(engine, CONFIG, seed);
    }

    private static int[] tokens(long seed, int length) {
        return new SplittableRandom(seed).ints(length, 0, VOCAB).toArray();
    }

    private static int[] one(int[] tokens, int at) {
        return new int[] {tokens[at]};
    }

    private static int[] concat(int[] a, int[] b) {
        int[] both = Arrays.copyOf(a, a.length + b.length);
        System.arraycopy(b, 0, both, a.length, b.length);
        return both;
    }

    /** What the training forward computes: [tokens, vocab]. */
    private static float[] allLogits(Llama model, int[] tokens) {
        int[] rows = new int[tokens.length];
        Arrays.setAll(rows, i -> i);
        float[] logits = new float[tokens.length * VOCAB];
        try (Tape tape = model.engine().inference()) {
            model.engine()
                    .ops()
                    .download(
                            logits,
                            0,
                            model.logits(tape, tokens, Segments.ofLengths(tokens.length), rows),
                            logits.length);
        }
        return logits;
    }

    private static void assertSameLogProbs(float[] got, int gotRow, float[] expected, int expectedRow) {
        List<Double> a = logProbs(got, gotRow);
        List<Double> b = logProbs(expected, expectedRow);
        for (int i = 0; i < VOCAB; i++) {
            assertThat(a.get(i))
                    .as("token %d after position %d", i, expectedRow)
                    .isCloseTo(b.get(i), within(1e-4));
        }
    }

    private static List<Double> logProbs(float[] logits, int row) {
        double sum = 0;
        for (int i = 0; i < VOCAB; i++) {
            sum += Math.exp(logits[row * VOCAB + i]);
        }
        List<Double> logProbs = new ArrayList<>();
        for (int i = 0; i < VOCAB; i++) {
            logProbs.add(logits[row * VOCAB + i] - Math.log(sum));
        }
        return logProbs;
    }
}
