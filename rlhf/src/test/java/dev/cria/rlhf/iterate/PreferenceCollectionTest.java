package dev.cria.rlhf.iterate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cria.core.Engine;
import dev.cria.core.ops.Precision;
import dev.cria.core.ops.cpu.CpuOps;
import dev.cria.model.Llama;
import dev.cria.model.TinyModels;
import dev.cria.model.generation.TextGenerator;
import dev.cria.rlhf.sampling.AnswerSampler;
import dev.cria.rlhf.sampling.RlPrompt;
import dev.cria.tokenizer.ByteTokenizer;
import dev.cria.tokenizer.ChatFormat;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PreferenceCollectionTest {
    private static final List<RlPrompt> PROMPTS =
            IntStream.range(0, 9).mapToObj(i -> RlPrompt.of("question " + i)).toList();

    private final Engine engine = Engine.of(new CpuOps(1, Precision.FP32));
    private final Llama model = TinyModels.llama(engine, 1);
    private final TextGenerator generator = new TextGenerator(model, new ByteTokenizer());
    private final ChatFormat format = ChatFormat.llama2(new ByteTokenizer());

    @TempDir
    private Path directory;

    @AfterEach
    void free() {
        generator.close();
        model.close();
        engine.close();
    }

    private boolean sample(Path round, BooleanSupplier stop) {
        AnswerSampler sampler = new AnswerSampler(
                generator, prompt -> format.encode(prompt.messages()).ids());
        CollectionConfig config = new CollectionConfig(PROMPTS.size(), 0.3, 3, 8, 4, 0.2);
        return new PreferenceCollection(round, config, 5).sample(PROMPTS, sampler, sampler, "x", stop);
    }

    @Test
    void temperaturesAlternateOnBehindAnOddNumberOfComparisons() throws IOException {
        Path whole = Files.createDirectory(directory.resolve("whole"));
        assertThat(sample(whole, () -> false)).isTrue();
        List<String> lines = Files.readAllLines(whole.resolve("comparisons.jsonl"));
        Path partly = Files.createDirectory(directory.resolve("partly"));
        Files.write(partly.resolve("comparisons.jsonl"), lines.subList(0, 3));
        assertThat(sample(partly, () -> false)).isTrue();
        assertThat(Files.readAllLines(partly.resolve("comparisons.jsonl"))).isEqualTo(lines);
    }

    @Test
    void samplingCanBeEnded() throws IOException {
        assertThat(sample(directory, () -> true)).isFalse();
        assertThat(Files.readAllLines(directory.resolve("comparisons.jsonl"))).isEmpty();
    }
}
