package dev.cria.core.ops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;

class ArenaTest {
    private static final long MANY = 3L << 24; // most of a smallest slab

    private final Arena arena = new Arena(DataType.FLOAT);

    @AfterEach
    void close() {
        arena.close();
    }

    @Test
    void tensorsDoNotOverlapAndStartAligned() {
        Tensor a = arena.allocate(3, 5);
        Tensor b = arena.allocate(1);
        Tensor c = arena.allocate(7);
        a.array().assign(1);
        b.array().assign(2);
        c.array().assign(3);
        assertThat(a.array().sumNumber().doubleValue()).isEqualTo(15);
        assertThat(b.array().sumNumber().doubleValue()).isEqualTo(2);
        for (Tensor x : new Tensor[] {a, b, c}) {
            long address =
                    x.slab().array().data().address() + Float.BYTES * (x.slab().base() + x.offset());
            assertThat(address % 64).isZero();
        }
    }

    @Test
    void releasedMemoryServesAgainEvenAcrossSlabs() {
        arena.allocate(MANY);
        Arena.Mark mark = arena.mark();
        Tensor second = arena.allocate(MANY); // does not fit into the first slab
        long capacity = arena.capacity();
        arena.release(mark);
        assertThat(arena.allocate(MANY).slab()).isSameAs(second.slab());
        arena.reset();
        for (int step = 0; step < 3; step++) {
            arena.allocate(MANY);
            arena.allocate(MANY);
            arena.reset();
        }
        assertThat(arena.capacity()).isEqualTo(capacity);
    }

    @Test
    void shapesAreChecked() {
        Tensor x = arena.allocate(4, 6);
        assertThat(x.slice(1, 3).shape()).containsExactly(2, 6);
        assertThat(x.slice(1, 3).offset() - x.offset()).isEqualTo(6);
        assertThat(x.reshape(3, 8).columns()).isEqualTo(8);
        assertThatIllegalArgumentException().isThrownBy(() -> x.reshape(5, 5));
        assertThatIllegalArgumentException().isThrownBy(() -> x.slice(2, 5));
        assertThatIllegalArgumentException().isThrownBy(() -> arena.allocate(2, -1));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> x.slab().tensor(x.slab().length() - 1, 2))
                .withMessageContaining("does not fit");
    }

    @Test
    void sizesThatOverflowAreRefused() {
        assertThatThrownBy(() -> arena.allocate(1L << 40, 1L << 40)).isInstanceOf(ArithmeticException.class);
    }
}
