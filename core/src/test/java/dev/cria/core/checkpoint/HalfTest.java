package dev.cria.core.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class HalfTest {
    @Test
    void everyFloat16ComesBack() {
        for (int bits = 0; bits < 1 << 16; bits++) {
            float value = Half.fromFloat16((short) bits);
            if (Float.isNaN(value)) {
                assertThat(Half.fromFloat16(Half.toFloat16(value))).isNaN();
            } else {
                assertThat(Half.toFloat16(value)).isEqualTo((short) bits);
            }
        }
    }

    @Test
    void everyBfloat16ComesBack() {
        for (int bits = 0; bits < 1 << 16; bits++) {
            float value = Half.fromBfloat16((short) bits);
            if (Float.isNaN(value)) {
                assertThat(Half.fromBfloat16(Half.toBfloat16(value))).isNaN();
            } else {
                assertThat(Half.toBfloat16(value)).isEqualTo((short) bits);
            }
        }
    }

    @Test
    void midpointsGoToTheEvenNeighbourAndAllElseToTheNearest() {
        for (int bits = 0; bits < 0x7bff; bits++) {
            float low = Half.fromFloat16((short) bits);
            float high = Half.fromFloat16((short) (bits + 1));
            float middle = (low + high) / 2;
            int even = (bits & 1) == 0 ? bits : bits + 1;
            assertThat(Half.toFloat16(middle)).isEqualTo((short) even);
            assertThat(Half.toFloat16(Math.nextDown(middle))).isEqualTo((short) bits);
            assertThat(Half.toFloat16(Math.nextUp(middle))).isEqualTo((short) (bits + 1));
        }
    }

    @Test
    void bfloat16MidpointsGoToTheEvenNeighbour() {
        assertThat(Half.toBfloat16(Float.intBitsToFloat(0x3f80_8000))).isEqualTo((short) 0x3f80);
        assertThat(Half.toBfloat16(Float.intBitsToFloat(0x3f81_8000))).isEqualTo((short) 0x3f82);
        assertThat(Half.toBfloat16(Float.intBitsToFloat(0x3f80_8001))).isEqualTo((short) 0x3f81);
        assertThat(Half.toBfloat16(Float.MAX_VALUE)).isEqualTo((short) 0x7f80);
    }

    @Test
    void float16BeyondItsRangeIsInfinite() {
        assertThat(Half.toFloat16(65_519.996f)).isEqualTo((short) 0x7bff);
        assertThat(Half.toFloat16(65_520f)).isEqualTo((short) 0x7c00);
        assertThat(Half.toFloat16(Float.NEGATIVE_INFINITY)).isEqualTo((short) 0xfc00);
    }
}
