package dev.cria.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.cria.core.Engine;
import dev.cria.core.io.DurableFiles;
import dev.cria.core.io.InvalidFileException;
import dev.cria.model.Llama;
import dev.cria.model.generation.Generation;
import dev.cria.model.generation.GenerationRequest;
import dev.cria.model.generation.TextGenerator;
import dev.cria.tokenizer.Tokenizer;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code cria generate}: continues prompts. */
@Command(
        name = "generate",
        description = "Continues texts with a model.",
        footer = {
            "",
            "One prompt with one sample is written as it comes. With --prompts, --samples or --output each sample is a JSON object "
                    + "a line: \"prompt\", \"sample\", \"text\", \"finish_reason\", \"tokens\", \"logprobs\" (under the distribution it was "
                    + "drawn from) and \"model_logprobs\" (under the model's own). Prompt i of a file, from 0, has seed + i."
        })
final class GenerateCommand implements Callable<Integer> {
    private static final ObjectMapper JSON = new ObjectMapper().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

    @Mixin
    private ModelOption model = new ModelOption();

    @ArgGroup(multiplicity = "1")
    @SuppressWarnings("NullAway.Init") // set by picocli
    private Prompts prompts;

    @Option(names = "--samples", defaultValue = "1", description = "Continuations of each prompt (${DEFAULT-VALUE}).")
    private int samples;

    @Option(names = "--output", paramLabel = "FILE", description = "Where the lines go; without it to stdout.")
    private @Nullable Path output;

    @Option(
            names = "--batch-size",
            defaultValue = "32",
            description = "Most sequences computed at once (${DEFAULT-VALUE}).")
    private int batchSize;

    @Mixin
    private SamplingOptions sampling = new SamplingOptions();

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    /** Where the prompts come from. */
    private static final class Prompts {
        @Option(names = "--prompt", paramLabel = "TEXT", description = "The text to continue.")
        private @Nullable String text;

        @Option(
                names = "--prompts",
                paramLabel = "FILE",
                description = "A prompt a line; in a .jsonl file an object with \"prompt\" a line.")
        private @Nullable Path file;
    }

    @Override
    public Integer call() throws IOException {
        Path directory = model.directory();
        Tokenizer tokenizer = Tokenizer.load(directory);
        List<String> texts = prompts.text != null ? List.of(prompts.text) : read(prompts.file);
        try (Engine engine = Engine.create();
                Llama llama = model.load(engine);
                TextGenerator generator = new TextGenerator(llama, tokenizer, batchSize)) {
            if (prompts.text != null && samples == 1 && output == null) {
                stream(generator, prompts.text);
            } else {
                write(generator, texts);
            }
        }
        return 0;
    }

    private void stream(TextGenerator generator, String prompt) {
        PrintWriter out = spec.commandLine().getOut();
        out.print(prompt);
        generator.generate(prompt, sampling.sampling(), piece -> {
            out.print(piece);
            out.flush();
            return !out.checkError();
        });
        out.println();
        out.flush();
    }

    private void write(TextGenerator generator, List<String> texts) throws IOException {
        List<GenerationRequest> requests = new ArrayList<>();
        for (int i = 0; i < texts.size(); i++) {
            long seed = sampling.sampling().seed() + i;
            requests.add(new GenerationRequest(
                    generator.encode(texts.get(i)), sampling.sampling().withSeed(seed), samples));
        }
        List<List<Generation>> generations = generator.generateAll(requests);
        StringBuilder lines = new StringBuilder();
        for (int i = 0; i < texts.size(); i++) {
            for (int sample = 0; sample < samples; sample++) {
                ObjectNode line = line(texts.get(i), sample, generations.get(i).get(sample));
                lines.append(JSON.writeValueAsString(line)).append('\n');
            }
        }
        if (output != null) {
            DurableFiles.write(output, lines.toString().getBytes(StandardCharsets.UTF_8));
            return;
        }
        spec.commandLine().getOut().print(lines);
        spec.commandLine().getOut().flush();
    }

    private static ObjectNode line(String prompt, int sample, Generation generation) {
        ObjectNode line = JSON.createObjectNode();
        line.put("prompt", prompt);
        line.put("sample", sample);
        line.put("text", generation.text());
        line.put("finish_reason", generation.finishReason().name().toLowerCase(Locale.ROOT));
        line.set("tokens", JSON.valueToTree(generation.tokens()));
        line.set("logprobs", JSON.valueToTree(generation.logProbs()));
        line.set("model_logprobs", JSON.valueToTree(generation.modelLogProbs()));
        return line;
    }

    private static List<String> read(@Nullable Path file) throws IOException {
        if (file == null) {
            return List.of();
        }
        List<String> lines = Utf8File.read(file).lines().toList();
        List<String> prompts = file.toString().endsWith(".jsonl") ? prompts(file, lines) : lines;
        if (prompts.isEmpty()) {
            throw new InvalidFileException(file, "it is empty; give a prompt a line");
        }
        return prompts;
    }

    private static List<String> prompts(Path file, List<String> lines) {
        List<String> prompts = new ArrayList<>();
        for (int i = 0; i < lines.size(); i++) {
            if (!lines.get(i).isBlank()) {
                prompts.add(prompt(file, lines.get(i), i + 1));
            }
        }
        return prompts;
    }

    private static String prompt(Path file, String line, int number) {
        try {
            JsonNode prompt = JSON.readTree(line).path("prompt");
            if (prompt.isTextual()) {
                return prompt.textValue();
            }
            throw new InvalidFileException(file, "line %d: it is no JSON object with a \"prompt\"".formatted(number));
        } catch (JsonProcessingException e) {
            throw new InvalidFileException(
                    file, "line %d: it is not valid JSON: %s".formatted(number, e.getOriginalMessage()));
        }
    }
}
