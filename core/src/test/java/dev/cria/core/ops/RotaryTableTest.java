package dev.cria.core.ops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;

class RotaryTableTest {
    @Test
    void anglesAreThoseOfThePaper() {
        RotaryTable table = new RotaryTable(4, 100, 8); // frequencies 1 and 1/10
        RotaryTable.Angles angles = table.angles(new int[] {5});
        assertThat(angles.cos()[5 * 2]).isEqualTo((float) Math.cos(5));
        assertThat(angles.sin()[5 * 2 + 1]).isEqualTo((float) Math.sin(0.5f));
        assertThat(angles.cos()).startsWith(1, 1).hasSize(16);
    }

    @Test
    void takesMemoryForThePositionsInUseHoweverManyThereAre() {
        RotaryTable table = new RotaryTable(4, 100, Integer.MAX_VALUE);
        RotaryTable.Angles few = table.angles(new int[] {3});
        assertThat(few.cos().length).isLessThan(10_000);
        RotaryTable.Angles more = table.angles(new int[] {0, 5000});
        assertThat(more.cos().length).isBetween(2 * 5001, 2 * 20_000);
        assertThat(more.cos()[5000 * 2]).isEqualTo((float) Math.cos(5000));
        assertThat(table.angles(new int[] {4000})).isSameAs(more);
    }

    @Test
    void refusesWhatMakesNoTable() {
        assertThatIllegalArgumentException().isThrownBy(() -> new RotaryTable(3, 10000, 8));
        assertThatIllegalArgumentException().isThrownBy(() -> new RotaryTable(4, 0, 8));
        assertThatIllegalArgumentException().isThrownBy(() -> new RotaryTable(4, 10000, 0));
        RotaryTable endless = new RotaryTable(128, 10000, Integer.MAX_VALUE);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> endless.angles(new int[] {Integer.MAX_VALUE - 1}))
                .withMessageContaining("beyond all sense");
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
