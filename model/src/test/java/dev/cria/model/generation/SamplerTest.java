package dev.cria.model.generation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.cria.core.random.CounterRandom;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Comparator;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class SamplerTest {
    private static final int VOCAB = 60;
    private static final int DRAWS = 100_000;
    private static final BitSet NOTHING_SEEN = new BitSet();

    static Sampling[] samplings() {
        Sampling plain = Sampling.plain();
        return new Sampling[] {
            plain,
            plain.withTemperature(0.7),
            plain.withTemperature(1.8),
            plain.withTopK(1),
            plain.withTopK(7),
            plain.withTopK(1000),
            plain.withTopP(0.8),
            plain.withTopP(0.05),
            plain.withMinP(0.1),
            plain.withRepetitionPenalty(1.5),
            plain.withTemperature(1.3).withTopK(20).withTopP(0.9).withMinP(0.05).withRepetitionPenalty(1.2),
            Sampling.llama2(),
        };
    }

    @ParameterizedTest
    @MethodSource("samplings")
    void drawsFollowTheFilteredSoftmax(Sampling sampling) {
        SplittableRandom random = new SplittableRandom(5);
        float[] logits = uniform(random, VOCAB, -2, 2);
        logits[9] = logits[11]; // a tie
        BitSet seen = BitSet.valueOf(new long[] {0b1011_0110_0001});
        double[] expected = filteredSoftmax(logits, sampling, seen);
        double[] model = filteredSoftmax(logits, Sampling.plain(), NOTHING_SEEN);

        int[] counts = new int[VOCAB];
        Sampler sampler = new Sampler(VOCAB);
        CounterRandom draws = CounterRandom.of(3, "test", 0);
        for (int n = 0; n < DRAWS; n++) {
            SampledToken token = sampler.sample(logits, 0, sampling, seen, draws, n);
            counts[token.id()]++;
            assertThat(token.logProb()).isCloseTo(Math.log(expected[token.id()]), within(1e-5));
            assertThat(token.modelLogProb()).isCloseTo(Math.log(model[token.id()]), within(1e-5));
        }
        assertFits(counts, expected);
    }

    @Test
    void filtersOfALargeVocabularyFollowTheFilteredSoftmax() {
        SplittableRandom random = new SplittableRandom(8);
        float[] logits = uniform(random, 5000, 0, 8);
        for (Sampling sampling : new Sampling[] {
            Sampling.plain().withTopK(40),
            Sampling.plain().withTopK(900).withTopP(0.6),
            Sampling.plain().withTopP(0.3)
        }) {
            double[] expected = filteredSoftmax(logits, sampling, NOTHING_SEEN);
            Sampler sampler = new Sampler(logits.length);
            for (int n = 0; n < 200; n++) {
                SampledToken token =
                        sampler.sample(logits, 0, sampling, NOTHING_SEEN, CounterRandom.of(1, "test", 0), n);
                assertThat(token.logProb()).isCloseTo(Math.log(expected[token.id()]), within(1e-5));
            }
        }
    }

    @Test
    void greedyTakesTheBestTokenAndTheFirstOfEquals() {
        float[] logits = {9, 0, 3, 3, 1}; // from index 1 on
        SampledToken token =
                new Sampler(4).sample(logits, 1, Sampling.greedy(), NOTHING_SEEN, CounterRandom.of(0, "test", 0), 0);
        assertThat(token.id()).isEqualTo(1);
        assertThat(token.logProb()).isZero();
        double sum = Math.exp(0) + 2 * Math.exp(3) + Math.exp(1);
        assertThat(token.modelLogProb()).isCloseTo(3 - Math.log(sum), within(1e-6));
    }

    @Test
    void aTinyTemperatureIsGreedy() {
        float[] logits = {0, 1, 3, 2.999f};
        SampledToken token = new Sampler(4)
                .sample(
                        logits,
                        0,
                        Sampling.plain().withTemperature(1e-6),
                        NOTHING_SEEN,
                        CounterRandom.of(0, "test", 0),
                        0);
        assertThat(token.id()).isEqualTo(2);
    }

    @Test
    void refusesLogitsThatAreNotNumbers() {
        assertThatThrownBy(() -> new Sampler(2)
                        .sample(
                                new float[] {0, Float.NaN},
                                0,
                                Sampling.plain(),
                                NOTHING_SEEN,
                                CounterRandom.of(0, "test", 0),
                                0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("not finite");
    }

    @Test
    void refusesSettingsOutOfRangeByName() {
        assertRefused(() -> Sampling.plain().withTemperature(-1), "temperature");
        assertRefused(() -> Sampling.plain().withTemperature(Double.NaN), "temperature");
        assertRefused(() -> Sampling.plain().withTopP(0), "topP");
        assertRefused(() -> Sampling.plain().withTopP(1.1), "topP");
        assertRefused(() -> Sampling.plain().withTopK(-1), "topK");
        assertRefused(() -> Sampling.plain().withMinP(1), "minP");
        assertRefused(() -> Sampling.plain().withRepetitionPenalty(0), "repetitionPenalty");
        assertRefused(() -> Sampling.plain().withMaxTokens(0), "maxTokens");
    }

    private static void assertRefused(Runnable makes, String key) {
        assertThatThrownBy(makes::run)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith(key);
    }

    private static float[] uniform(SplittableRandom random, int length, double from, double to) {
        float[] values = new float[length];
        for (int i = 0; i < length; i++) {
            values[i] = (float) random.nextDouble(from, to);
        }
        return values;
    }

    /** The definition, in plain loops: penalty, temperature, top-k, top-p, min-p. */
    private static double[] filteredSoftmax(float[] logits, Sampling sampling, BitSet seen) {
        double[] p = new double[logits.length];
        for (int i = 0; i < p.length; i++) {
            double penalty = sampling.repetitionPenalty();
            double score = !seen.get(i) ? logits[i] : logits[i] > 0 ? logits[i] / penalty : logits[i] * penalty;
            p[i] = Math.exp(score / sampling.temperature());
        }
        normalise(p);
        int[] order = IntStream.range(0, p.length)
                .boxed()
                .sorted(Comparator.comparingDouble((Integer i) -> -p[i]))
                .mapToInt(Integer::intValue)
                .toArray();
        for (int i = sampling.topK() == 0 ? p.length : sampling.topK(); i < p.length; i++) {
            p[order[i]] = 0;
        }
        normalise(p);
        double before = 0;
        for (int i : order) {
            double own = p[i];
            p[i] = before < sampling.topP() ? own : 0;
            before += own;
        }
        for (int i : order) {
            p[i] = p[i] < sampling.minP() * p[order[0]] ? 0 : p[i];
        }
        normalise(p);
        return p;
    }

    private static void normalise(double[] p) {
        double sum = Arrays.stream(p).sum();
        Arrays.setAll(p, i -> p[i] / sum);
    }

    /** Pearson's chi-square test; a right sampler fails at one seed in 10,000. */
    private static void assertFits(int[] counts, double[] expected) {
        double statistic = 0;
        int cells = 0;
        for (int i = 0; i < counts.length; i++) {
            if (expected[i] == 0) {
                assertThat(counts[i]).as("draws of filtered token %d", i).isZero();
            } else {
                double mean = expected[i] * DRAWS;
                statistic += (counts[i] - mean) * (counts[i] - mean) / mean;
                cells++;
            }
        }
        int freedom = cells - 1;
        double critical = freedom == 0 ? 1e-9 : wilsonHilferty(freedom, 3.719); // normal quantile of 1 - 1e-4
        assertThat(statistic).isLessThan(critical);
    }

    /** Approximate quantile of the chi-square distribution. */
    private static double wilsonHilferty(int freedom, double z) {
        double spread = 2.0 / (9 * freedom);
        return freedom * Math.pow(1 - spread + z * Math.sqrt(spread), 3);
    }
}
