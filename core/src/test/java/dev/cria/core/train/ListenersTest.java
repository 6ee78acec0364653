package dev.cria.core.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.IntNode;
import com.fasterxml.jackson.databind.node.NullNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ListenersTest {
    private static final String KEY = "listener." + Remembering.class.getName();

    @Test
    void twoOfOneClassKeepAStateEach() {
        Map<String, JsonNode> states =
                new Listeners(List.of(new Remembering(3), new Remembering(5), new Remembering(7))).states();
        Listeners resumed = new Listeners(List.of(new Remembering(0), new Remembering(0), new Remembering(0)));
        resumed.restore(states);

        assertThat(states).containsOnlyKeys(KEY, KEY + "#2", KEY + "#3");
        assertThat(resumed.all()).extracting(TrainingListener::state).containsExactly(state(3), state(5), state(7));
    }

    @Test
    void aStateKeptUnderTheClassAloneGoesToTheFirst() {
        Listeners resumed = new Listeners(List.of(new Remembering(0), new Remembering(1)));
        resumed.restore(Map.of(KEY, IntNode.valueOf(9), "listener.of.another", NullNode.getInstance()));

        assertThat(resumed.all()).extracting(TrainingListener::state).containsExactly(state(9), state(1));
    }

    @Test
    void allAreClosedAndNoFailureIsLost() {
        List<String> closed = new ArrayList<>();
        Listeners listeners = new Listeners(List.of(
                closing(() -> closed.add("first")),
                closing(() -> {
                    throw new IllegalStateException("second");
                }),
                closing(() -> closed.add("third")),
                closing(() -> {
                    throw new StackOverflowError("fourth");
                }),
                closing(() -> closed.add("fifth"))));

        assertThatThrownBy(listeners::close)
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("second")
                .hasSuppressedException(new StackOverflowError("fourth"));
        assertThat(closed).containsExactly("first", "third", "fifth");
    }

    private static TrainingListener closing(Runnable action) {
        return new TrainingListener() {
            @Override
            public void close() {
                action.run();
            }
        };
    }

    private static Optional<JsonNode> state(int number) {
        return Optional.of(IntNode.valueOf(number));
    }

    private static final class Remembering implements TrainingListener {
        private int number;

        Remembering(int number) {
            this.number = number;
        }

        @Override
        public Optional<JsonNode> state() {
            return ListenersTest.state(number);
        }

        @Override
        public void restore(JsonNode state) {
            number = state.asInt();
        }
    }
}
