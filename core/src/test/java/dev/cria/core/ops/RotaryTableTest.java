package dev.cria.core.ops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;

class RotaryTableTest {
    @Test
    void anglesAreThoseOfThePaper() {
        RotaryTable table = new RotaryTable(4, 100, 8); // frequencies 1 and 1/10
        assertThat(table.cos()[5 * 2]).isEqualTo((float) Math.cos(5));
        assertThat(table.sin()[5 * 2 + 1]).isEqualTo((float) Math.sin(0.5f));
        assertThat(table.cos()).startsWith(1, 1).hasSize(16);
    }

    @Test
    void refusesWhatMakesNoTable() {
        assertThatIllegalArgumentException().isThrownBy(() -> new RotaryTable(3, 10000, 8));
        assertThatIllegalArgumentException().isThrownBy(() -> new RotaryTable(4, 0, 8));
        assertThatIllegalArgumentException().isThrownBy(() -> new RotaryTable(4, 10000, 0));
        assertThatIllegalArgumentException().isThrownBy(() -> new RotaryTable(128, 10000, Integer.MAX_VALUE));
    }

    @Test
    void refusesPositionsPastItsEnd() {
        RotaryTable table = new RotaryTable(4, 10000, 8);
        table.check(new int[] {0, 7});
        assertThatIllegalArgumentException()
                .isThrownBy(() -> table.check(new int[] {0, 8}))
                .withMessageContaining("8 positions");
    }
}
