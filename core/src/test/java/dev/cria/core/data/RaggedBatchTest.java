package dev.cria.core.data;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cria.core.ops.Segments;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class RaggedBatchTest {
    @Test
    void batchesOneAfterAnotherKeepTheirSegmentsApart() {
        RaggedBatch joined = RaggedBatch.concat(List.of(
                RaggedBatch.nextToken(new int[] {1, 2}), RaggedBatch.nextToken(new int[] {3}, new int[] {4, 5})));

        assertThat(joined.tokens()).containsExactly(1, 2, 3, 4, 5);
        assertThat(joined.targets()).containsExactly(2, -1, -1, 5, -1);
        assertThat(joined.segments().positions()).containsExactly(0, 1, 0, 0, 1);
    }

    @Test
    void batchesOneAfterAnotherKeepTheirSharedPrefixes() {
        Segments promptAndTwoAnswers = Segments.withPrefixes(new int[] {2, 1, 3}, new int[] {Segments.NO_PREFIX, 0, 0});
        RaggedBatch answers = withoutTargets(promptAndTwoAnswers);

        Segments joined = RaggedBatch.concat(List.of(answers, withoutTargets(Segments.ofLengths(2)), answers))
                .segments();

        assertThat(joined.positions()).containsExactly(0, 1, 2, 2, 3, 4, 0, 1, 0, 1, 2, 2, 3, 4);
        assertThat(joined.context(6)).isDeepEqualTo(new int[][] {{8, 10}, {11, 14}});
    }

    private static RaggedBatch withoutTargets(Segments segments) {
        int[] targets = new int[segments.tokens()];
        Arrays.fill(targets, RaggedBatch.NO_TARGET);
        return new RaggedBatch(new int[segments.tokens()], targets, segments);
    }
}
