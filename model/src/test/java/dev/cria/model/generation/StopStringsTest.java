package dev.cria.model.generation;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class StopStringsTest {
    @Test
    void withoutStopsTextPassesAtOnce() {
        StopStrings stops = new StopStrings(List.of());
        assertThat(stops.add("a b")).isEqualTo("a b");
        assertThat(stops.finish()).isEmpty();
        assertThat(stops.stopped()).isFalse();
    }

    @Test
    void aStopThatIsSplitAcrossPiecesNeverShows() {
        StopStrings stops = new StopStrings(List.of("\nUser:"));
        assertThat(stops.add("Hi.\nUs")).isEqualTo("Hi.");
        assertThat(stops.add("er")).isEmpty();
        assertThat(stops.add(": more")).isEmpty();
        assertThat(stops.stopped()).isTrue();
    }

    @Test
    void aFalseAlarmIsReleased() {
        StopStrings stops = new StopStrings(List.of("abab!", "xyz"));
        assertThat(stops.add("ab")).isEmpty();
        assertThat(stops.add("ab")).isEmpty();
        assertThat(stops.add("ab")).isEqualTo("ab");
        assertThat(stops.finish()).isEqualTo("abab");
    }

    @Test
    void theFirstStopCounts() {
        StopStrings stops = new StopStrings(List.of("two", "one"));
        assertThat(stops.add("zero one two")).isEqualTo("zero ");
        assertThat(stops.stopped()).isTrue();
        assertThat(stops.finish()).isEmpty();
    }
}
