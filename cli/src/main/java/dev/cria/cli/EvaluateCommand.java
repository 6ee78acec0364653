package dev.cria.cli;

import dev.cria.core.Engine;
import dev.cria.model.Llama;
import dev.cria.model.TextEvaluation;
import dev.cria.pretrain.TextCorpus;
import dev.cria.tokenizer.Tokenizer;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code cria evaluate}: how well a model predicts text. */
@Command(name = "evaluate", description = "Measures how well a model predicts text; prints one line of JSON.")
final class EvaluateCommand implements Callable<Integer> {
    @Mixin
    private ModelOption model = new ModelOption();

    @Option(
            names = "--data",
            required = true,
            arity = "1..*",
            paramLabel = "FILE",
            description = "Text files, JSONL files with a \"text\" field, or gzip of either.")
    private List<Path> data = List.of();

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    @Override
    public Integer call() {
        Path directory = model.directory();
        Tokenizer tokenizer = Tokenizer.load(directory);
        TextCorpus corpus = new TextCorpus(data, true);
        try (Engine engine = Engine.create();
                Llama llama = Llama.loadForInference(engine, directory)) {
            TextEvaluation evaluation = new TextEvaluation(llama, tokenizer);
            corpus.forEach(evaluation::add);
            TextEvaluation.Result result = evaluation.result();
            spec.commandLine()
                    .getOut()
                    .printf(
                            Locale.ROOT,
                            "{\"loss\": %.6f, \"perplexity\": %.4f, \"bits_per_byte\": %.6f, \"tokens\": %d, \"bytes\": %d}%n",
                            result.loss(),
                            result.perplexity(),
                            result.bitsPerByte(),
                            result.tokens(),
                            result.bytes());
            spec.commandLine().getOut().flush();
        }
        return 0;
    }
}
