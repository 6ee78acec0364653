package dev.cria.model;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cria.core.Engine;
import dev.cria.core.ops.Tensor;
import dev.cria.core.random.CounterRandom;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;

class NextTokensTest {
    private static final int VOCAB = 2500; // three blocks
    private static final int WIDTH = 16;
    private static final int ROWS = 40;

    @ParameterizedTest
    @ValueSource(strings = {"reference", "default"})
    void theBestIdHasTheLargestLogitInWhateverBlock(String kernels) {
        float[] states = gaussian(1, ROWS * WIDTH);
        float[] head = gaussian(2, VOCAB * WIDTH);
        try (Engine engine = kernels.equals("reference") ? Engine.reference(DataType.FLOAT) : Engine.create()) {
            NextTokens next = new NextTokens(VOCAB);
            float[] temperatures = new float[ROWS];
            Arrays.fill(temperatures, 0.7f);
            next.take(engine.ops(), tensor(engine, states, ROWS), tensor(engine, head, VOCAB), temperatures);
            for (int row = 0; row < ROWS; row++) {
                assertThat(next.best(row)).as("row %d", row).isEqualTo(argMax(states, row, head));
            }
        }
    }

    private static float[] gaussian(long seed, int length) {
        CounterRandom random = CounterRandom.of(seed, "test", 0);
        float[] values = new float[length];
        for (int i = 0; i < length; i++) {
            values[i] = (float) random.gaussian(i);
        }
        return values;
    }

    private static Tensor tensor(Engine engine, float[] values, int rows) {
        Tensor tensor = engine.arena().allocate(rows, WIDTH);
        engine.ops().upload(tensor, values, 0, values.length);
        return tensor;
    }

    private static int argMax(float[] states, int row, float[] head) {
        double[] logits = IntStream.range(0, VOCAB)
                .mapToDouble(id -> IntStream.range(0, WIDTH)
                        .mapToDouble(i -> (double) states[row * WIDTH + i] * head[id * WIDTH + i])
                        .sum())
                .toArray();
        return IntStream.range(0, VOCAB).reduce(0, (best, id) -> logits[id] > logits[best] ? id : best);
    }
}
