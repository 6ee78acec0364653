package dev.cria.core.ops.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class HostMemoryTest {
    /** First element and length of each piece, one after the other. */
    private static List<Integer> pieces(int length, int longest) {
        List<Integer> pieces = new ArrayList<>();
        HostMemory.inPieces(length, longest, (from, piece) -> pieces.addAll(List.of(from, piece)));
        return pieces;
    }

    @Test
    void piecesOfALongCopyFollowOneAnother() {
        assertThat(pieces(10, 4)).containsExactly(0, 4, 4, 4, 8, 2);
        assertThat(pieces(8, 4)).containsExactly(0, 4, 4, 4);
        assertThat(pieces(0, 4)).isEmpty();
    }

    @Test
    void theLongestArrayIsReachedToItsEnd() {
        assertThat(pieces(Integer.MAX_VALUE, 1 << 30)).containsExactly(0, 1 << 30, 1 << 30, (1 << 30) - 1);
    }
}
