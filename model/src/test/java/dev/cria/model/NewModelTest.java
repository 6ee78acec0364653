package dev.cria.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cria.core.Engine;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

class NewModelTest {
    @Test
    void aModelThatCannotBeFilledFreesItsWeights() {
        try (Engine engine = Engine.reference(DataType.FLOAT)) {
            for (Throwable failure :
                    new Throwable[] {new IllegalStateException("full"), new OutOfMemoryError("full")}) {
                Llama model = TinyModels.llama(engine, 1);
                INDArray weights = model.parameters().values().slab().array();
                assertThatThrownBy(() -> NewModel.filled(model, m -> sneak(failure)))
                        .isSameAs(failure);
                assertThat(weights.wasClosed()).isTrue();
            }
        }
    }

    private static void sneak(Throwable failure) {
        if (failure instanceof Error error) {
            throw error;
        }
        throw (RuntimeException) failure;
    }
}
