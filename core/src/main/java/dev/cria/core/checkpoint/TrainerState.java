package dev.cria.core.checkpoint;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.cria.core.io.DurableFiles;
import dev.cria.core.io.FileErrors;
import dev.cria.core.io.InvalidFileException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/**
 * Where training stood when a checkpoint was written: {@code trainer_state.json}.
 *
 * @param stage the stage, such as {@code pretrain}
 * @param step optimizer steps done
 * @param tokens tokens trained on
 * @param cursor where the data source stands, in its own form
 * @param seed the run's seed
 * @param bestMetrics best value so far by metric
 * @param config the resolved configuration of the run
 * @param listenerStates what listeners carry over, by listener
 */
public record TrainerState(
        String stage,
        long step,
        long tokens,
        JsonNode cursor,
        long seed,
        Map<String, Double> bestMetrics,
        JsonNode config,
        Map<String, JsonNode> listenerStates) {
    /** Name of the file in a checkpoint. */
    public static final String FILE = "trainer_state.json";

    /** The form's version; files of a later one are refused. */
    public static final int SCHEMA_VERSION = 1;

    private static final long MAX_BYTES = 64 << 20;

    /** Checks the counts and copies the maps. */
    public TrainerState {
        if (step < 0 || tokens < 0) {
            throw new IllegalArgumentException(
                    "step and tokens must not be negative, are %d and %d".formatted(step, tokens));
        }
        bestMetrics = Collections.unmodifiableMap(new TreeMap<>(bestMetrics));
        listenerStates = Collections.unmodifiableMap(new TreeMap<>(listenerStates));
    }

    /** Whether a directory holds a trainer state. */
    public static boolean existsIn(Path directory) {
        return Files.isRegularFile(directory.resolve(FILE));
    }

    /**
     * Writes the state into a checkpoint.
     *
     * @throws java.io.UncheckedIOException if it cannot be written
     */
    public void write(Path directory) {
        ObjectMapper mapper = StrictJson.mapper();
        ObjectNode json = mapper.createObjectNode()
                .put("schemaVersion", SCHEMA_VERSION)
                .put("stage", stage)
                .put("step", step)
                .put("tokens", tokens)
                .put("seed", seed);
        json.set("cursor", cursor);
        json.set("bestMetrics", mapper.valueToTree(bestMetrics));
        json.set("listenerStates", mapper.valueToTree(listenerStates));
        json.set("config", config);
        Path file = directory.resolve(FILE);
        try {
            DurableFiles.write(file, mapper.writerWithDefaultPrettyPrinter().writeValueAsBytes(json));
        } catch (JsonProcessingException e) {
            throw FileErrors.unchecked("cannot write", file, e);
        }
    }

    /**
     * Reads the state of a checkpoint.
     *
     * @throws InvalidFileException if it is malformed or of a later schema version
     * @throws java.io.UncheckedIOException if there is none
     */
    public static TrainerState read(Path directory) {
        return new Reader(directory.resolve(FILE)).read();
    }

    /** Reads one file. */
    private record Reader(Path file, JsonNode json) {
        Reader(Path file) {
            this(file, StrictJson.readObject(file, MAX_BYTES));
        }

        TrainerState read() {
            long version = number("schemaVersion");
            if (version < 1 || version > SCHEMA_VERSION) {
                throw new InvalidFileException(
                        file,
                        "its schemaVersion is %d, this program reads up to %d; update Cria"
                                .formatted(version, SCHEMA_VERSION));
            }
            Map<String, Double> metrics = new TreeMap<>();
            object("bestMetrics")
                    .properties()
                    .forEach(entry ->
                            metrics.put(entry.getKey(), entry.getValue().asDouble(Double.NaN)));
            Map<String, JsonNode> listeners = new TreeMap<>();
            object("listenerStates").properties().forEach(entry -> listeners.put(entry.getKey(), entry.getValue()));
            try {
                return new TrainerState(
                        field("stage").asText(),
                        number("step"),
                        number("tokens"),
                        field("cursor"),
                        number("seed"),
                        metrics,
                        field("config"),
                        listeners);
            } catch (IllegalArgumentException e) {
                throw new InvalidFileException(file, e.getMessage() + "; it is damaged", e);
            }
        }

        private JsonNode field(String key) {
            JsonNode value = json.get(key);
            if (value == null) {
                throw new InvalidFileException(file, "key \"" + key + "\" is missing; it is damaged");
            }
            return value;
        }

        private JsonNode object(String key) {
            JsonNode value = field(key);
            if (!value.isObject()) {
                throw new InvalidFileException(file, "key \"" + key + "\" is no JSON object; it is damaged");
            }
            return value;
        }

        private long number(String key) {
            JsonNode value = field(key);
            if (!value.isIntegralNumber() || !value.canConvertToLong()) {
                throw new InvalidFileException(file, "key \"" + key + "\" is no whole number; it is damaged");
            }
            return value.asLong();
        }
    }
}
