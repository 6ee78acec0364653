package dev.cria.model.parity;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import dev.cria.core.checkpoint.Safetensors;
import java.io.IOException;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What Transformers and PyTorch computed: written by {@code make_fixtures.py}, which lies beside the files.
 *
 * @param format version of the files' layout
 * @param regenerate the command that makes them
 * @param madeWith versions of torch and transformers
 * @param optimizer settings of all trajectories
 * @param trained models with gradients and 20 steps of training
 * @param imported models stored in half precision, forward only
 * @param adamw 100 steps of AdamW from recorded gradients
 * @param rotary cosines and sines of the rotary embedding
 */
record Fixtures(
        int format,
        String regenerate,
        Map<String, String> madeWith,
        Optimizer optimizer,
        List<Case> trained,
        List<Case> imported,
        AdamWRun adamw,
        Rotary rotary) {
    private static final int FORMAT = 1;

    /** The optimizer's settings. */
    record Optimizer(
            double learningRate,
            long warmupSteps,
            long totalSteps,
            double floor,
            double[] betas,
            double eps,
            double weightDecay,
            double clip) {}

    /** A model directory, the documents it read and, if it was trained, its losses, norms and rates per step. */
    record Case(String name, int[][] documents, double[] losses, double[] gradientNorms, double[] learningRates) {
        Path directory() {
            return root().resolve(name);
        }

        /** Tensors by name: logits, log_probs, grad.*, step1.*, step20.*. */
        Map<String, float[]> expected() {
            return tensors(directory().resolve("expected.safetensors"));
        }

        @Override
        public String toString() {
            return name;
        }
    }

    /** Weights of a run without a model. */
    record AdamWRun(List<String> names, double[] gradientNorms, double[] learningRates) {
        Map<String, float[]> tensors() {
            return Fixtures.tensors(root().resolve("adamw.safetensors"));
        }
    }

    /** Rotary tables at some positions. */
    record Rotary(int[] positions, List<Table> tables) {
        /** One table's head size and base. */
        record Table(String key, int headDim, double theta) {}

        Map<String, float[]> tensors() {
            return Fixtures.tensors(root().resolve("rotary.safetensors"));
        }
    }

    static Fixtures load() {
        ObjectMapper mapper = new ObjectMapper()
                .setPropertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
                .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES);
        try {
            Fixtures fixtures = mapper.readValue(root().resolve("parity.json").toFile(), Fixtures.class);
            if (fixtures.format != FORMAT) {
                throw new AssertionError("the parity fixtures have format %d, the tests read %d; regenerate them: %s"
                        .formatted(fixtures.format, FORMAT, fixtures.regenerate));
            }
            return fixtures;
        } catch (IOException e) {
            throw new AssertionError("cannot read the parity fixtures; run make_fixtures.py beside them", e);
        }
    }

    static Path root() {
        URL url = Fixtures.class.getResource("/parity/parity.json");
        if (url == null) {
            throw new AssertionError("no parity fixtures; run make_fixtures.py in src/test/resources/parity");
        }
        try {
            return Path.of(url.toURI()).resolveSibling("");
        } catch (URISyntaxException e) {
            throw new AssertionError(e);
        }
    }

    static Map<String, float[]> tensors(Path file) {
        try (Safetensors tensors = Safetensors.open(file)) {
            Map<String, float[]> values = new LinkedHashMap<>();
            tensors.tensors().keySet().forEach(name -> values.put(name, tensors.read(name)));
            return values;
        }
    }
}
