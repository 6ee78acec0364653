package dev.cria.model.generation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cria.core.Engine;
import dev.cria.model.Llama;
import dev.cria.model.LlamaConfig;
import dev.cria.model.TinyModels;
import dev.cria.tokenizer.ByteTokenizer;
import dev.cria.tokenizer.Tokenizer;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class TextGeneratorTest {
    private final Engine engine = Engine.create();
    private final Tokenizer tokenizer = new ByteTokenizer();
    private final Llama model = TinyModels.llama(engine, 3);
    private final TextGenerator generator = new TextGenerator(model, tokenizer);
    private final Sampling sampling = Sampling.plain().withMaxTokens(12);

    @AfterEach
    void close() {
        model.close();
        engine.close();
    }

    @Test
    void streamsWhatItReturns() {
        StringBuilder streamed = new StringBuilder();
        Generation generation = generator.generate("Once", sampling, piece -> {
            streamed.append(piece);
            return true;
        });
        assertThat(generation.text()).isEqualTo(streamed.toString());
        assertThat(generation.tokens()).hasSize(12).hasSameSizeAs(generation.logProbs());
        assertThat(generation.finishReason()).isEqualTo(FinishReason.MAX_TOKENS);
    }

    @Test
    void theSeedDecidesAndSamplesDiffer() {
        int[] prompt = generator.encode("Once");
        int[] first =
                generator.generate(prompt, sampling, 0, TextListener.none()).tokens();
        assertThat(generator.generate(prompt, sampling, 0, TextListener.none()).tokens())
                .isEqualTo(first);
        assertThat(generator.generate(prompt, sampling, 1, TextListener.none()).tokens())
                .isNotEqualTo(first);
        assertThat(generator
                        .generate(prompt, sampling.withSeed(1), 0, TextListener.none())
                        .tokens())
                .isNotEqualTo(first);
    }

    @Test
    void plainSamplingDrawsFromTheModelItself() {
        Generation generation = generator.generate("Once", sampling, TextListener.none());
        for (int i = 0; i < generation.tokens().length; i++) {
            assertThat(generation.logProbs()[i])
                    .isCloseTo(generation.modelLogProbs()[i], org.assertj.core.api.Assertions.within(1e-5f));
        }
    }

    @Test
    void stopsAtAStopToken() {
        int[] free = generator.generate("Once", sampling, TextListener.none()).tokens();
        Generation stopped = generator.generate("Once", sampling.withStopTokens(List.of(free[5])), TextListener.none());
        assertThat(stopped.finishReason()).isEqualTo(FinishReason.STOP_TOKEN);
        assertThat(stopped.tokens()).isEqualTo(Arrays.copyOf(free, stopped.tokens().length));
        assertThat(stopped.tokens()[stopped.tokens().length - 1]).isEqualTo(free[5]);
    }

    @Test
    void stopsWhenTheListenerSaysSo() {
        Generation generation = generator.generate("Once", sampling, piece -> false);
        assertThat(generation.finishReason()).isEqualTo(FinishReason.CANCELLED);
        assertThat(generation.tokens()).hasSize(1);
    }

    @Test
    void endsWhenTheContextIsFull() {
        String prompt = "x".repeat(TinyModels.config().maxPositionEmbeddings() - 3); // and bos
        Generation generation = generator.generate(prompt, sampling, TextListener.none());
        assertThat(generation.finishReason()).isEqualTo(FinishReason.CONTEXT_FULL);
        assertThat(generation.tokens()).hasSize(3);
    }

    @Test
    void anEmptyPromptBeginsWithBos() {
        assertThat(generator.encode("")).containsExactly(tokenizer.bosId());
        assertThat(generator.generate("", sampling, TextListener.none()).tokens())
                .isNotEmpty();
    }

    @Test
    void refusesPromptsThatCannotBeContinued() {
        assertRefused(() -> generator.generate(new int[0], sampling, 0, TextListener.none()), "empty");
        assertRefused(() -> generator.generate(new int[] {1, 258}, sampling, 0, TextListener.none()), "token 1");
        assertRefused(() -> generator.generate(new int[] {-1}, sampling, 0, TextListener.none()), "token 0");
        assertRefused(
                () -> generator.generate("x".repeat(128), sampling, TextListener.none()), "129 tokens", "context 128");
    }

    @Test
    void refusesATokenizerOfAnotherVocabulary() {
        LlamaConfig small = TinyModels.config().withVocabulary(200, -1, -1);
        try (Llama other = Llama.random(engine, small, 1)) {
            assertRefused(() -> new TextGenerator(other, tokenizer), "258 ids", "200");
        }
    }

    private static void assertRefused(Runnable call, String... words) {
        assertThatThrownBy(call::run)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContainingAll(words);
    }
}
