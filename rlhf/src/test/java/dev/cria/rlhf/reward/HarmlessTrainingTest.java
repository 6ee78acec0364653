package dev.cria.rlhf.reward;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.cria.core.Engine;
import dev.cria.core.checkpoint.Checkpoints;
import dev.cria.core.config.ConfigLoader;
import dev.cria.core.optim.CosineSchedule;
import dev.cria.core.optim.OptimizerConfig;
import dev.cria.core.train.MetricsFile;
import dev.cria.core.train.RunDirectory;
import dev.cria.model.Llama;
import dev.cria.model.LlamaConfig;
import dev.cria.model.ScalarModel;
import dev.cria.rlhf.preference.EncodedPair;
import dev.cria.rlhf.preference.Preference;
import dev.cria.rlhf.preference.PreferenceBatch;
import dev.cria.rlhf.preference.PreferenceBatches;
import dev.cria.rlhf.preference.PreferenceImport;
import dev.cria.rlhf.preference.PreferencePairs;
import dev.cria.rlhf.preference.PreferenceSource;
import dev.cria.tokenizer.ChatFormat;
import dev.cria.tokenizer.ChatFormat.MarkPolicy;
import dev.cria.tokenizer.Tokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Optional;
import java.util.function.ToDoubleFunction;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A small reward model on Anthropic's harmlessness comparisons, beside the same training in PyTorch. The data is found through
 * {@code CRIA_TEST_DATA}, by default {@code ../shared/data} beside the project.
 */
@Tag("nightly")
class HarmlessTrainingTest {
    private static final Logger LOG = LoggerFactory.getLogger(HarmlessTrainingTest.class);
    private static final int TRAINED = 2000; // first pairs of the file; the others are tested on
    private static final int COMPARED = 50; // steps
    private static final int BATCH = 16;
    private static final int CONTEXT = 512;
    private static final int NOT_INSTALLED = 3;
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    private Path directory;

    private Path data(String name) {
        Path root = Path.of(Optional.ofNullable(System.getenv("CRIA_TEST_DATA")).orElse("../../shared/data"));
        Path file = root.resolve(name);
        assumeTrue(Files.isRegularFile(file), () -> "skipped: no " + file + "; set CRIA_TEST_DATA");
        return file;
    }

    @Test
    void lossesAreThoseOfPyTorch() throws IOException {
        List<Preference> all = PreferenceImport.HH
                .readSound(data("hh-harmless-base-test.jsonl.gz"), "hh harmless")
                .items();
        Path base = makeBase();
        ChatFormat format = ChatFormat.load(base, Tokenizer.load(base), MarkPolicy.ESCAPE);
        List<EncodedPair> train = pairs(all.subList(0, TRAINED), format);
        List<EncodedPair> test = pairs(all.subList(TRAINED, all.size()), format);
        RewardConfig config = config(base);
        writeJob(config, train, test);

        List<ScoredPair> scored;
        try (Engine engine = Engine.create();
                RunDirectory run = RunDirectory.open(directory.resolve("run"), false);
                RewardTrainer trainer = RewardTrainer.open(
                        engine,
                        config,
                        PreferenceSource.of(
                                train.stream().map(EncodedPair::preference).toList()),
                        PreferenceSource.of(List.of()),
                        run,
                        List.of())) {
            trainer.run();
            scored = trainer.model().scorePairs(test);
        }
        trainInPyTorch();
        JsonNode results = JSON.readTree(directory.resolve("results.json").toFile());
        report(results, scored);
        List<String> metrics = Files.readAllLines(directory.resolve("run").resolve(MetricsFile.NAME));
        double worst = 0;
        for (int step = 0; step < COMPARED; step++) {
            double own = JSON.readTree(metrics.get(step)).path("loss").asDouble();
            double theirs = results.path("losses").path(step).asDouble();
            worst = Math.max(worst, Math.abs(own - theirs) / theirs);
        }
        LOG.info("largest relative difference of the first {} losses: {}", COMPARED, worst);
        assertThat(worst).isLessThan(1e-4);
    }

    private void trainInPyTorch() throws IOException {
        String python = Optional.ofNullable(System.getenv("CRIA_PYTHON")).orElse("python3");
        Path log = directory.resolve("log.txt");
        Process process = new ProcessBuilder(
                        python,
                        Path.of("src/test/resources/dev/cria/rlhf/reward/train_peer.py")
                                .toAbsolutePath()
                                .toString(),
                        directory.toString())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        int exit = process.onExit().join().exitValue();
        assumeTrue(
                exit != NOT_INSTALLED,
                () -> "skipped: " + python + " has no torch and transformers; name one that has by CRIA_PYTHON");
        assertThat(exit).as(Files.readString(log)).isZero();
    }

    private static void report(JsonNode results, List<ScoredPair> scored) {
        Accuracy own = RewardEvaluation.of(scored).overall();
        Accuracy theirs = new Accuracy(0, 0);
        int agreed = 0;
        for (int i = 0; i < scored.size(); i++) {
            boolean correct = results.path("correct").path(i).asBoolean();
            theirs = theirs.plus(correct);
            agreed += correct == scored.get(i).correct() ? 1 : 0;
        }
        LOG.info(
                "accuracy {} ± {} here, {} ± {} in PyTorch, on {} pairs; of {} they say the same",
                own.share(),
                own.standardError(),
                theirs.share(),
                theirs.standardError(),
                own.cases(),
                agreed);
    }

    /** What sharing the prompt saves; a ratio of steps run in turn, since the machine may be busy. */
    @Test
    void sharingThePromptSavesAThirdOfTheStep() throws IOException {
        List<Preference> all = PreferenceImport.HH
                .readSound(data("hh-harmless-base-test.jsonl.gz"), "hh harmless")
                .items();
        Path base = makeBase();
        List<EncodedPair> pairs = pairs(all, ChatFormat.load(base, Tokenizer.load(base), MarkPolicy.ESCAPE));
        LlamaConfig sizes = new LlamaConfig(32000, 256, 688, 4, 8, 8, 0, CONTEXT, 1e-5, 10000, true, 0.02, 1, 2);
        try (Engine engine = Engine.create();
                ScalarModel model = ScalarModel.random(engine, sizes, 1)) {
            ToDoubleFunction<PreferenceBatch> step = batch -> step(engine, model, batch);
            double[] ratios = new double[12];
            for (int i = 0; i < ratios.length; i++) {
                List<EncodedPair> part = pairs.subList(BATCH * i, BATCH * (i + 1));
                double shared = step.applyAsDouble(PreferenceBatch.of(part));
                double unshared = step.applyAsDouble(PreferenceBatch.unshared(part));
                ratios[i] = shared / unshared;
                LOG.info("{} s shared, {} s unshared, ratio {}", shared, unshared, ratios[i]);
            }
            long tokens = 0;
            long unsharedTokens = 0;
            for (EncodedPair pair : pairs) {
                tokens += PreferenceBatch.of(List.of(pair)).tokenCount();
                unsharedTokens += PreferenceBatch.unshared(List.of(pair)).tokenCount();
            }
            double[] warm = Arrays.stream(ratios).skip(2).sorted().toArray();
            LOG.info(
                    "median ratio {}; tokens of the file: {} shared, {} unshared",
                    warm[warm.length / 2],
                    tokens,
                    unsharedTokens);
            assertThat((double) tokens / unsharedTokens).isLessThan(0.7);
        }
    }

    private static double step(Engine engine, ScalarModel model, PreferenceBatch batch) {
        long begin = System.nanoTime();
        try (var tape = engine.recording()) {
            tape.backward(new RewardObjective(model, Margin.NONE, 0, 0)
                    .loss(tape, batch)
                    .value());
        }
        return (System.nanoTime() - begin) / 1e9;
    }

    private static List<EncodedPair> pairs(List<Preference> preferences, ChatFormat format) {
        PreferencePairs pairs = new PreferencePairs(format, CONTEXT, false);
        preferences.forEach(pairs::add);
        LOG.info("{}", pairs.counts().summary());
        return pairs.pairs();
    }

    private Path makeBase() throws IOException {
        Path base = Files.createDirectory(directory.resolve("base"));
        Tokenizer tokenizer = Tokenizer.load(data("llama2-tokenizer.model"));
        try (Engine engine = Engine.create();
                Llama chat = Llama.random(
                        engine,
                        new LlamaConfig(32000, 64, 172, 2, 4, 2, 0, CONTEXT, 1e-5, 10000, true, 0.02, 1, 2),
                        1)) {
            chat.save(base);
            tokenizer.save(base);
        }
        return base;
    }

    private static RewardConfig config(Path base) {
        return ConfigLoader.of(RewardConfig.class)
                .set(List.of(
                        "base=" + base,
                        "data.contextLength=" + CONTEXT,
                        "data.batchSize=" + BATCH,
                        "data.heldOut=0",
                        "training.accumulation=1",
                        "optimizer.learningRate=1e-3",
                        "loss.margin=none"))
                .load();
    }

    /** Everything that the other training needs: the initial model, the pairs, their order, the rates. */
    private void writeJob(RewardConfig config, List<EncodedPair> train, List<EncodedPair> test) throws IOException {
        long seed = config.training().seed();
        Path model = Files.createDirectory(directory.resolve("model"));
        try (Engine engine = Engine.create();
                ScalarModel initial = ScalarModel.fromLanguageModel(
                        engine, Checkpoints.resolve(config.base()), config.headDeviation(), seed, name -> true)) {
            initial.save(model);
        }
        PreferenceBatches batches = new PreferenceBatches(train, BATCH, seed, PreferenceBatch::of);
        int steps = (int) batches.batches(1);
        OptimizerConfig optimizer = config.optimizer().withWarmupSteps(config.warmupSteps(steps));
        IdentityHashMap<EncodedPair, Integer> index = new IdentityHashMap<>();
        ObjectNode job = JSON.createObjectNode();
        addPairs(job.putArray("pairs"), train);
        addPairs(job.putArray("test"), test);
        for (int i = 0; i < train.size(); i++) {
            index.put(train.get(i), i);
        }
        ArrayNode order = job.putArray("steps");
        ArrayNode rates = job.putArray("rates");
        for (int step = 0; step < steps; step++) {
            ArrayNode batch = order.addArray();
            batches.next().pairs().forEach(pair -> batch.add(index.get(pair)));
            rates.add(CosineSchedule.of(optimizer, steps).rate(step));
        }
        job.put("beta1", optimizer.beta1())
                .put("beta2", optimizer.beta2())
                .put("eps", optimizer.eps())
                .put("weight_decay", optimizer.weightDecay())
                .put("max_grad_norm", optimizer.maxGradNorm());
        JSON.writeValue(directory.resolve("job.json").toFile(), job);
    }

    private static void addPairs(ArrayNode array, List<EncodedPair> pairs) {
        for (EncodedPair pair : pairs) {
            ObjectNode item = array.addObject();
            item.set("chosen", JSON.valueToTree(pair.chosenTokens()));
            item.set("rejected", JSON.valueToTree(pair.rejectedTokens()));
        }
    }
}
