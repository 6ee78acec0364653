package dev.cria.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.cria.core.Engine;
import dev.cria.core.checkpoint.Checkpoints;
import dev.cria.core.io.DurableFiles;
import dev.cria.core.io.InvalidFileException;
import dev.cria.model.Llama;
import dev.cria.model.TokenScorer;
import dev.cria.tokenizer.Tokenizer;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code cria score}: log-probabilities of given tokens, to be compared with any other implementation. */
@Command(
        name = "score",
        description = "Computes the log-probability of each next token of given sequences.",
        footer = {
            "",
            "Each input line is a JSON object with \"ids\", a list of token ids that are read as they are, or \"text\", which "
                    + "the model's tokenizer turns into bos and the text's ids. Each output line is that object with \"ids\" "
                    + "and \"logprobs\": the natural logarithm of the probability of each id but the first, given those "
                    + "before it. Blank lines are left out."
        })
final class ScoreCommand implements Callable<Integer> {
    private static final int LINES = 256; // on the heap at a time

    private static final ObjectMapper JSON = new ObjectMapper().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

    @Option(
            names = "--model",
            required = true,
            paramLabel = "DIR",
            description = "A model directory, checkpoint or run.")
    @SuppressWarnings("NullAway.Init") // set by picocli
    private Path model;

    @Option(names = "--input", required = true, paramLabel = "FILE", description = "Sequences, one JSON object a line.")
    @SuppressWarnings("NullAway.Init") // set by picocli
    private Path input;

    @Option(names = "--output", paramLabel = "FILE", description = "Where the lines go; without it to stdout.")
    private @Nullable Path output;

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    /** One input line: what was in it, and its token ids. */
    private record Line(ObjectNode json, int[] ids) {}

    @Override
    public Integer call() throws IOException {
        Path directory = Checkpoints.resolve(model);
        try (Engine engine = Engine.create();
                Llama llama = Llama.loadForInference(engine, directory);
                LineSource lines = LineSource.of(input)) {
            TokenScorer scorer = new TokenScorer(llama);
            if (output == null) {
                PrintWriter out = spec.commandLine().getOut();
                score(lines, directory, scorer, out);
                out.flush();
            } else {
                DurableFiles.write(output, out -> {
                    Writer writer = new OutputStreamWriter(out, StandardCharsets.UTF_8);
                    score(lines, directory, scorer, writer);
                    writer.flush();
                });
            }
        }
        return 0;
    }

    /** Scores some lines at a time, so that files may be of any size. */
    private void score(LineSource lines, Path directory, TokenScorer scorer, Appendable out) throws IOException {
        int number = 0;
        Tokenizer tokenizer = null;
        for (List<byte[]> group = lines.next(LINES); !group.isEmpty(); group = lines.next(LINES)) {
            List<Line> parsed = new ArrayList<>();
            for (byte[] text : group) {
                number++;
                if (new String(text, StandardCharsets.UTF_8).isBlank()) {
                    continue;
                }
                ObjectNode json = parse(text, number);
                if (json.has("text") && tokenizer == null) {
                    tokenizer = Tokenizer.load(directory);
                }
                int[] ids = tokenizer != null && json.has("text") ? encode(tokenizer, json, number) : ids(json, number);
                check(scorer, ids, number);
                parsed.add(new Line(json, ids));
            }
            List<float[]> scores = scorer.score(parsed.stream().map(Line::ids).toList());
            for (int i = 0; i < scores.size(); i++) {
                out.append(JSON.writeValueAsString(scored(parsed.get(i), scores.get(i))))
                        .append('\n');
            }
        }
    }

    private void check(TokenScorer scorer, int[] ids, int number) {
        try {
            scorer.check(ids);
        } catch (IllegalArgumentException e) {
            throw invalid(number, String.valueOf(e.getMessage()));
        }
    }

    private ObjectNode parse(byte[] text, int number) {
        try {
            if (JSON.readTree(text) instanceof ObjectNode json) {
                return json;
            }
            throw invalid(number, "it is no JSON object");
        } catch (JsonProcessingException e) {
            throw invalid(number, "it is not valid JSON: " + e.getOriginalMessage());
        } catch (IOException e) {
            throw invalid(number, "it is not UTF-8 text");
        }
    }

    private int[] encode(Tokenizer tokenizer, ObjectNode json, int number) {
        if (!json.path("text").isTextual() || json.has("ids")) {
            throw invalid(number, "\"text\" must be a string, and the only one of \"text\" and \"ids\"");
        }
        int[] text = tokenizer.encode(json.path("text").textValue());
        if (tokenizer.bosId() < 0) {
            return text;
        }
        int[] ids = new int[text.length + 1];
        ids[0] = tokenizer.bosId();
        System.arraycopy(text, 0, ids, 1, text.length);
        return ids;
    }

    private int[] ids(ObjectNode json, int number) {
        JsonNode list = json.path("ids");
        if (!list.isArray()) {
            throw invalid(number, "it has neither \"ids\", a list of token ids, nor \"text\"");
        }
        int[] ids = new int[list.size()];
        for (int i = 0; i < ids.length; i++) {
            if (!list.path(i).isInt()) {
                throw invalid(number, "ids[" + i + "] is no token id: " + list.path(i));
            }
            ids[i] = list.path(i).intValue();
        }
        return ids;
    }

    private static ObjectNode scored(Line line, float[] scores) {
        ArrayNode ids = line.json.putArray("ids");
        for (int id : line.ids) {
            ids.add(id);
        }
        ArrayNode logProbs = line.json.putArray("logprobs");
        for (float score : scores) {
            logProbs.add(score);
        }
        return line.json;
    }

    private InvalidFileException invalid(int line, String problem) {
        return new InvalidFileException(input, "line " + line + ": " + problem);
    }
}
