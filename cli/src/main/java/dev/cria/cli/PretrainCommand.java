package dev.cria.cli;

import dev.cria.core.Engine;
import dev.cria.core.config.ConfigLoader;
import dev.cria.core.train.RunDirectory;
import dev.cria.core.train.TrainingListener;
import dev.cria.core.train.TrainingLoop;
import dev.cria.core.train.Utilisation;
import dev.cria.examples.world.ToyCorpus;
import dev.cria.model.LlamaPresets;
import dev.cria.pretrain.Corpus;
import dev.cria.pretrain.DataConfig;
import dev.cria.pretrain.PretrainConfig;
import dev.cria.pretrain.PretrainData;
import dev.cria.pretrain.Pretraining;
import dev.cria.pretrain.TextCorpus;
import dev.cria.tokenizer.Tokenizer;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code cria pretrain}: learns text. */
@Command(
        name = "pretrain",
        description = "Trains a Llama on text; without --input or --config on a built-in toy world.")
final class PretrainCommand implements Callable<Integer> {
    private static final Logger LOG = LoggerFactory.getLogger(PretrainCommand.class);

    @Option(
            names = "--input",
            arity = "1..*",
            paramLabel = "FILE",
            description = "Text files, JSONL files with a \"text\" field, or gzip of either.")
    private List<Path> input = List.of();

    @Mixin
    private RunOptions options = new RunOptions();

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    @Override
    public Integer call() {
        PretrainConfig config = config();
        PrintWriter out = spec.commandLine().getOut();
        if (options.printed(() -> resolved(config), out)) {
            return 0;
        }
        Corpus corpus = corpus(config.data());
        Path output = options.output("pretrain");
        try (RunDirectory run = RunDirectory.open(output, options.resume())) {
            PretrainData data = PretrainData.prepare(config, corpus, run); // before the engine says that it starts
            try (Engine engine = Engine.create(config.training().precision());
                    Pretraining pretraining =
                            Pretraining.open(engine, data, run, watching(engine, data.config(), output))) {
                LOG.info(
                        "{} parameters",
                        String.format(Locale.ROOT, "%,d", data.config().model().parameterCount()));
                GracefulStop.during(pretraining::requestStop, () -> run(pretraining, data.tokenizer(), output, out));
            }
        }
        return 0;
    }

    /** With the vocabulary and positions that the run will have, if the tokenizer is here already. */
    static PretrainConfig resolved(PretrainConfig config) {
        String tokenizer = config.data().tokenizer();
        if (tokenizer.equals(DataConfig.BYTES) || Files.exists(Path.of(tokenizer))) {
            return PretrainData.resolve(config);
        }
        LOG.info("{} is not here yet: the run's vocabulary will be that of the tokenizer", tokenizer);
        return config;
    }

    private static void run(Pretraining pretraining, Tokenizer tokenizer, Path output, PrintWriter out) {
        TrainingLoop.Result result = pretraining.run();
        if (result.completed() && result.newSteps() > 0) {
            Samples.write(pretraining.model(), tokenizer, output);
        }
        RunEnding.print(out, output, result, "./cria generate --model %s --prompt \"One\"".formatted(output));
    }

    private List<TrainingListener> watching(Engine engine, PretrainConfig config, Path output) {
        double flops = config.model().flopsPerToken(config.data().contextLength());
        return options.watching(output, Utilisation.measure(engine.ops(), flops));
    }

    private PretrainConfig config() {
        ConfigLoader<PretrainConfig> loader =
                options.addTo(ConfigLoader.of(PretrainConfig.class).presets("model", LlamaPresets.presets()));
        return input.isEmpty() ? loader.load() : loader.load().withInput(input);
    }

    private static Corpus corpus(DataConfig data) {
        if (data.input().isEmpty()) {
            return consumer ->
                    ToyCorpus.documents(1).forEach(text -> consumer.accept(text.getBytes(StandardCharsets.UTF_8)));
        }
        return new TextCorpus(data.input(), data.tokenizer().equals(DataConfig.BYTES));
    }
}
