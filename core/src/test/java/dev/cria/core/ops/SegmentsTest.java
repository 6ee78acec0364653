package dev.cria.core.ops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;

class SegmentsTest {
    private static final int NONE = Segments.NO_PREFIX;

    @Test
    void positionsRestartPerSegment() {
        Segments segments = Segments.ofLengths(1, 3, 2);
        assertThat(segments.positions()).containsExactly(0, 0, 1, 2, 0, 1);
        assertThat(segments.longestContext()).isEqualTo(3);
        assertThat(segments.context(1)).isDeepEqualTo(new int[][] {{1, 4}});
        assertThat(segments.prefix(1)).isEqualTo(NONE);
    }

    @Test
    void aSegmentGoesOnFromItsPrefix() {
        Segments segments = Segments.withPrefixes(new int[] {2, 3, 1, 2}, new int[] {NONE, 0, 1, 0});
        assertThat(segments.positions()).containsExactly(0, 1, 2, 3, 4, 5, 2, 3);
        assertThat(segments.context(2)).isDeepEqualTo(new int[][] {{0, 2}, {2, 5}, {5, 6}});
        assertThat(segments.context(3)).isDeepEqualTo(new int[][] {{0, 2}, {6, 8}});
        assertThat(segments.longestContext()).isEqualTo(6);
    }

    @Test
    void laterChangesOfTheCallersArrayDoNotMatter() {
        int[] prefixes = {NONE, 0};
        Segments segments = Segments.withPrefixes(new int[] {1, 1}, prefixes);
        prefixes[1] = NONE;
        assertThat(segments.prefix(1)).isZero();
    }

    @Test
    void refusesWhatIsNoRaggedBatch() {
        assertThatIllegalArgumentException().isThrownBy(() -> Segments.ofLengths());
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Segments.ofLengths(3, 0))
                .withMessageContaining("segment 1 is empty");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Segments.withPrefixes(new int[] {1, 1}, new int[] {NONE, 1}))
                .withMessageContaining("segment 1 names segment 1");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Segments.withPrefixes(new int[] {1, 1}, new int[] {NONE}));
    }
}
