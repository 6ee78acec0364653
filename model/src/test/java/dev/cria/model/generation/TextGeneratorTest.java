package dev.cria.model.generation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.cria.core.Engine;
import dev.cria.model.Llama;
import dev.cria.model.LlamaConfig;
import dev.cria.model.TinyModels;
import dev.cria.tokenizer.ByteTokenizer;
import dev.cria.tokenizer.Tokenizer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
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
        generator.close();
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
        int[] first = write(sampling, 1).get(0);
        assertThat(write(sampling, 1).get(0)).isEqualTo(first);
        assertThat(write(sampling.withSeed(1), 1).get(0)).isNotEqualTo(first);
        List<int[]> samples = write(sampling, 3);
        assertThat(samples.get(0)).isEqualTo(first);
        assertThat(samples.get(1)).isNotEqualTo(first);
        assertThat(samples.get(2)).isNotEqualTo(first).isNotEqualTo(samples.get(1));
    }

    private List<int[]> write(Sampling how, int samples) {
        GenerationRequest request = new GenerationRequest(generator.encode("Once"), how, samples);
        return generator.generateAll(List.of(request)).get(0).stream()
                .map(Generation::tokens)
                .toList();
    }

    /** A penalty so small that it changes nothing makes the generator draw from logits instead of probabilities. */
    @Test
    void bothWaysOfDrawingAgree() {
        for (Sampling how : List.of(
                sampling,
                sampling.withTemperature(0.7),
                sampling.withTopK(9),
                sampling.withMinP(0.9).withTemperature(1.4),
                sampling.withTopP(0.4),
                Sampling.greedy().withMaxTokens(12))) {
            Generation fast = generator.generate("Once", how, TextListener.none());
            Generation slow = generator.generate("Once", how.withRepetitionPenalty(1 + 1e-9), TextListener.none());
            assertThat(fast.tokens()).as("%s", how).isEqualTo(slow.tokens());
            assertThat(fast.logProbs()).containsExactly(slow.logProbs(), within(1e-5f));
            assertThat(fast.modelLogProbs()).containsExactly(slow.modelLogProbs(), within(1e-5f));
        }
    }

    @Test
    void aBatchEqualsSingleRuns() {
        List<GenerationRequest> requests = new ArrayList<>();
        SplittableRandom random = new SplittableRandom(4);
        for (int i = 0; i < 32; i++) {
            int[] prompt = random.ints(1 + random.nextInt(40), 0, 256).toArray();
            requests.add(new GenerationRequest(
                    prompt, sampling.withSeed(i).withMaxTokens(1 + random.nextInt(40)), 1 + random.nextInt(3)));
        }
        try (TextGenerator few = new TextGenerator(model, tokenizer, 7)) { // sequences leave and join
            List<List<Generation>> batch = generator.generateAll(requests);
            assertThat(tokens(few.generateAll(requests))).isDeepEqualTo(tokens(batch));
            for (int i = 0; i < requests.size(); i++) {
                GenerationRequest request = requests.get(i);
                Generation single = generator.generate(request.prompt(), request.sampling(), TextListener.none());
                assertThat(batch.get(i).get(0).tokens()).as("request %d", i).isEqualTo(single.tokens());
                assertThat(batch.get(i).get(0).text()).isEqualTo(single.text());
            }
        }
    }

    private static int[][] tokens(List<List<Generation>> generations) {
        return generations.stream()
                .flatMap(List::stream)
                .map(Generation::tokens)
                .toArray(int[][]::new);
    }

    @Test
    void plainSamplingDrawsFromTheModelItself() {
        Generation generation = generator.generate("Once", sampling, TextListener.none());
        for (int i = 0; i < generation.tokens().length; i++) {
            assertThat(generation.logProbs()[i]).isCloseTo(generation.modelLogProbs()[i], within(1e-5f));
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
        assertRefused(() -> generator.generate(new int[0], sampling, TextListener.none()), "empty");
        assertRefused(() -> generator.generate(new int[] {1, 258}, sampling, TextListener.none()), "token 1");
        assertRefused(() -> generator.generate(new int[] {-1}, sampling, TextListener.none()), "token 0");
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
