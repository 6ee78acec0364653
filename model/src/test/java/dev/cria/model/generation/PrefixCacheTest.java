package dev.cria.model.generation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cria.core.Engine;
import dev.cria.model.Llama;
import dev.cria.model.TinyModels;
import dev.cria.tokenizer.ByteTokenizer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class PrefixCacheTest {
    private static final int TURNS = 3;
    private static final double TOLERANCE = 1e-4; // log-probabilities with and without a cache

    private final Engine engine = Engine.create();
    private final Llama model = TinyModels.llama(engine, 3);
    private final TextGenerator generator = new TextGenerator(model, new ByteTokenizer(), 3);
    private final Sampling sampling = Sampling.plain().withMaxTokens(5);

    @AfterEach
    void close() {
        generator.close();
        model.close();
        engine.close();
    }

    @Test
    void dialoguesThatGoOnAreWhatTheyWouldBeWithoutACache() {
        try (PrefixCache prefixes = generator.prefixCache(1 << 20)) {
            List<GenerationRequest> requests = requests(7, 10);
            for (int turn = 0; turn < TURNS; turn++) {
                List<Generation> plain = generate(requests, null);
                List<Generation> cached = generate(requests, prefixes);
                for (int i = 0; i < plain.size(); i++) {
                    assertThat(cached.get(i).tokens()).isEqualTo(plain.get(i).tokens());
                    assertThat(cached.get(i).logProbs())
                            .usingComparatorWithPrecision((float) TOLERANCE)
                            .containsExactly(plain.get(i).logProbs());
                }
                requests = goOn(requests, plain);
            }
        }
    }

    @Test
    void whatIsKnownIsNotComputedAgain() {
        int[] prompt = IntStream.rangeClosed(1, 20).toArray();
        try (PrefixCache prefixes = generator.prefixCache(1 << 20)) {
            Generation first = generate(List.of(request(prompt, 0)), prefixes).get(0);
            int[] next = joined(prompt, first.tokens(), new int[] {40, 41});

            try (var known = prefixes.take(next)) {
                assertThat(known).isNotNull();
                assertThat(known.length()).isEqualTo(prompt.length + first.tokens().length - 1);
            }
            assertThat(prefixes.take(new int[] {99, 98})).isNull();
        }
    }

    @Test
    void aSharedBeginningServesManyPrompts() {
        int[] prompt = IntStream.rangeClosed(1, 90).toArray();
        try (PrefixCache prefixes = generator.prefixCache(1 << 20)) {
            generate(List.of(request(prompt, 0)), prefixes);
            int[] other = joined(Arrays.copyOf(prompt, 70), new int[] {77, 78});

            for (int i = 0; i < 2; i++) {
                try (var known = prefixes.take(other)) {
                    assertThat(known).isNotNull();
                    assertThat(known.length()).isEqualTo(70);
                }
            }
            assertThat(prefixes.take(Arrays.copyOf(prompt, 12)))
                    .as("too little to copy for")
                    .isNull();
        }
    }

    @Test
    void aFullCacheGivesUpTheOldest() {
        long bytesPerToken =
                2L * model.config().numHiddenLayers() * model.config().keyValueWidth() * Float.BYTES;
        try (PrefixCache prefixes = generator.prefixCache(300 * bytesPerToken)) {
            generate(requests(7, 20), prefixes);

            assertThat(prefixes.capacity()).as("two blocks of 128 tokens").isEqualTo(256);
        }
    }

    @Test
    void theCacheOfAnotherGeneratorIsRefused() {
        try (TextGenerator other = new TextGenerator(model, new ByteTokenizer());
                PrefixCache prefixes = other.prefixCache(1 << 20)) {
            assertThatThrownBy(() -> generate(requests(1, 20), prefixes))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("another generator's");
        }
    }

    private List<GenerationRequest> requests(int count, int length) {
        List<GenerationRequest> requests = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            int first = 10 * i + 1;
            requests.add(request(IntStream.range(first, first + length + i).toArray(), i));
        }
        return requests;
    }

    private GenerationRequest request(int[] prompt, long seed) {
        return new GenerationRequest(prompt, sampling.withSeed(seed), 1);
    }

    private List<Generation> generate(List<GenerationRequest> requests, PrefixCache prefixes) {
        Generation[] results = new Generation[requests.size()];
        generator.generateAll(requests, prefixes, (request, sample, generation) -> results[request] = generation);
        return List.of(results);
    }

    private List<GenerationRequest> goOn(List<GenerationRequest> requests, List<Generation> answers) {
        List<GenerationRequest> next = new ArrayList<>();
        for (int i = 0; i < requests.size(); i++) {
            int[] said = {65 + i, 66 + i, 67 + i};
            next.add(request(joined(requests.get(i).prompt(), answers.get(i).tokens(), said), i));
        }
        return next;
    }

    private static int[] joined(int[]... parts) {
        return Arrays.stream(parts).flatMapToInt(Arrays::stream).toArray();
    }
}
