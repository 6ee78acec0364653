package dev.cria.core.random;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CounterRandomTest {
    /** The philox4x32 10 lines of Random123's tests/kat_vectors: counter, key, first two words of the result. */
    @ParameterizedTest
    @CsvSource({
        "00000000 00000000 00000000 00000000, 00000000 00000000, 6627e8d5 e169c58d",
        "ffffffff ffffffff ffffffff ffffffff, ffffffff ffffffff, 408f276d 41c83b0e",
        "243f6a88 85a308d3 13198a2e 03707344, a4093822 299f31d0, d16cfe09 94fdcceb"
    })
    void knownAnswersOfRandom123(String counter, String key, String result) {
        int[] c = words(counter);
        int[] k = words(key);
        int[] expected = words(result);
        long bits = CounterRandom.philox(c[0], c[1], c[2], c[3], k[0], k[1]);
        assertThat(new int[] {(int) bits, (int) (bits >>> 32)}).isEqualTo(expected);
    }

    private static int[] words(String hex) {
        return LongStream.of(Arrays.stream(hex.split(" "))
                        .mapToLong(word -> Long.parseLong(word, 16))
                        .toArray())
                .mapToInt(word -> (int) word)
                .toArray();
    }

    @Test
    void theNumberDependsOnSeedStreamAndCounterAlone() {
        CounterRandom random = CounterRandom.of(1, "shuffle", 2);
        assertThat(random.bits(7)).isEqualTo(CounterRandom.of(1, "shuffle", 2).bits(7));
        assertThat(LongStream.of(
                                random.bits(7),
                                random.bits(8),
                                random.bits(7 + (1L << 32)),
                                CounterRandom.of(2, "shuffle", 2).bits(7),
                                CounterRandom.of(1L << 33, "shuffle", 2).bits(7),
                                CounterRandom.of(1, "dropout", 2).bits(7),
                                CounterRandom.of(1, "shuffle", 3).bits(7))
                        .distinct()
                        .count())
                .isEqualTo(7);
    }

    @Test
    void uniformAndGaussianHaveTheirMoments() {
        CounterRandom random = CounterRandom.of(11, "moments", 0);
        int n = 20_000;
        // five standard errors each
        assertThat(LongStream.range(0, n).mapToDouble(random::uniform).average().orElseThrow())
                .isCloseTo(0.5, within(5 * 0.2887 / Math.sqrt(n)));
        assertThat(LongStream.range(0, n)
                        .mapToDouble(random::gaussian)
                        .average()
                        .orElseThrow())
                .isCloseTo(0, within(5 / Math.sqrt(n)));
        assertThat(LongStream.range(0, n)
                        .mapToDouble(random::gaussian)
                        .map(x -> x * x)
                        .average()
                        .orElseThrow())
                .isCloseTo(1, within(5 * Math.sqrt(2.0 / n)));
        assertThat(LongStream.range(0, n).mapToDouble(random::uniform)).allMatch(u -> u >= 0 && u < 1);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 7, 1L << 31, (1L << 62) + 1, Long.MAX_VALUE})
    void belowStaysBelowAndReachesTheUpperHalf(long bound) {
        CounterRandom random = CounterRandom.of(3, "below", 0);
        assertThat(LongStream.range(0, 200).map(n -> random.below(n, bound))).allMatch(x -> x >= 0 && x < bound);
        assertThat(LongStream.range(0, 200).map(n -> random.below(n, bound))).anyMatch(x -> x >= bound / 2);
    }

    @Test
    void belowRefusesAnEmptyRange() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> CounterRandom.of(3, "below", 0).below(0, 0));
    }

    @Test
    void permutationsHoldEveryIndexOnceAndAllOccur() {
        assertThat(CounterRandom.of(1, "p", 0).permutation(100))
                .doesNotHaveDuplicates()
                .hasSize(100)
                .contains(0, 99);
        long distinct = LongStream.range(0, 200)
                .mapToObj(i -> Arrays.toString(CounterRandom.of(1, "p", i).permutation(3)))
                .distinct()
                .count();
        assertThat(distinct).isEqualTo(6);
    }
}
