package dev.cria.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.cria.core.Engine;
import dev.cria.tokenizer.ByteTokenizer;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class TextEvaluationTest {
    @Test
    void everyTokenIsPredictedOnce() {
        try (Engine engine = Engine.create();
                Llama model = TinyModels.llama(engine, 1)) {
            TextEvaluation evaluation = new TextEvaluation(model, new ByteTokenizer());
            evaluation.add("é".repeat(200).getBytes(StandardCharsets.UTF_8)); // longer than the model's 128 positions
            evaluation.add("Hi".getBytes(StandardCharsets.UTF_8));
            TextEvaluation.Result result = evaluation.result();
            assertThat(result.bytes()).isEqualTo(402);
            assertThat(result.tokens()).isEqualTo(404); // and two ends
            // An untrained model finds all 258 ids about equally likely.
            assertThat(result.loss()).isCloseTo(Math.log(258), within(0.2));
            assertThat(result.perplexity()).isCloseTo(Math.exp(result.loss()), within(1e-9));
            assertThat(result.bitsPerByte()).isCloseTo(result.loss() / Math.log(2) * 404 / 402, within(1e-9));
        }
    }

    @Test
    void refusesNothing() {
        try (Engine engine = Engine.create();
                Llama model = TinyModels.llama(engine, 1)) {
            assertThatThrownBy(() -> new TextEvaluation(model, new ByteTokenizer()).result())
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("nothing to predict");
        }
    }
}
