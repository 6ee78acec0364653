package dev.cria.model.parity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.cria.core.Engine;
import dev.cria.model.Llama;
import dev.cria.model.LlamaConfig;
import dev.cria.model.TokenScorer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Models saved here and scored by Transformers, and the other way round. Runs where the Python of {@code CRIA_PYTHON} (by
 * default {@code python3}) has torch and transformers.
 */
class TransformersTest {
    private static final Logger LOG = LoggerFactory.getLogger(TransformersTest.class);
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final double TOLERANCE = 1e-4; // nats; measured: 3e-6
    private static final int NOT_INSTALLED = 3;
    private static final String PYTHON =
            Optional.ofNullable(System.getenv("CRIA_PYTHON")).orElse("python3");
    private static final List<int[]> SEQUENCES = List.of(ids(40, 3), ids(2, 5), ids(17, 11));

    @TempDir
    private static Path root;

    private static JsonNode scores;

    private static int[] ids(int length, int stride) {
        return IntStream.range(0, length).map(i -> (i * stride + 1) % 101).toArray();
    }

    @BeforeAll
    static void letTransformersSaveAndScore() throws Exception {
        saveModel("here-tied", new LlamaConfig(103, 32, 56, 2, 4, 2, 0, 64, 1e-6, 10000, true, 0.2, 1, 2));
        saveModel("here-untied", new LlamaConfig(101, 24, 47, 3, 6, 1, 6, 64, 1e-5, 500000, false, 0.2, 1, 2));
        JSON.writeValue(root.resolve("ids.json").toFile(), SEQUENCES);
        int exit = runPython(Fixtures.root().resolve("transformers_peer.py"), root);
        if (exit == NOT_INSTALLED) {
            LOG.warn("skipped: {} has no torch and transformers; name one that has by CRIA_PYTHON", PYTHON);
        }
        assumeTrue(exit != NOT_INSTALLED);
        assertThat(exit).as(() -> readLog()).isZero();
        scores = JSON.readTree(root.resolve("scores.json").toFile());
    }

    private static void saveModel(String name, LlamaConfig config) throws IOException {
        try (Engine engine = Engine.create();
                Llama model = Llama.random(engine, config, 5)) {
            model.save(Files.createDirectory(root.resolve(name)));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "here-tied",
                "here-untied",
                "there-float32",
                "there-sharded",
                "there-bfloat16",
                "there-float16-sharded"
            })
    void bothScoreTheSame(String name) {
        try (Engine engine = Engine.create();
                Llama model = Llama.loadForInference(engine, root.resolve(name))) {
            float[][] theirs = JSON.convertValue(scores.path(name), float[][].class);
            List<float[]> own = new TokenScorer(model).score(SEQUENCES);
            double difference = IntStream.range(0, own.size())
                    .mapToDouble(i -> Differences.absolute(own.get(i), theirs[i]))
                    .max()
                    .orElseThrow();
            LOG.info("{}: largest difference of a log-probability {}", name, difference);
            assertThat(difference).isLessThan(TOLERANCE);
        }
    }

    /** The exit code; that of missing packages if there is no such program. */
    private static int runPython(Path script, Path argument) throws InterruptedException {
        try {
            Process process = new ProcessBuilder(PYTHON, script.toString(), argument.toString())
                    .redirectErrorStream(true)
                    .redirectOutput(root.resolve("log.txt").toFile())
                    .start();
            if (!process.waitFor(5, TimeUnit.MINUTES)) {
                process.destroyForcibly();
                throw new AssertionError("Python took more than five minutes");
            }
            return process.exitValue();
        } catch (IOException e) {
            return NOT_INSTALLED;
        }
    }

    private static String readLog() {
        try {
            return Files.readString(root.resolve("log.txt"));
        } catch (IOException e) {
            return e.toString();
        }
    }
}
