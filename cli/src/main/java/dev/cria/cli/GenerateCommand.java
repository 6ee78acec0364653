package dev.cria.cli;

import dev.cria.core.Engine;
import dev.cria.core.checkpoint.Checkpoints;
import dev.cria.model.Llama;
import dev.cria.model.generation.TextGenerator;
import dev.cria.tokenizer.Tokenizer;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code cria generate}: continues a prompt. */
@Command(name = "generate", description = "Continues a text with a model.")
final class GenerateCommand implements Callable<Integer> {
    @Option(
            names = "--model",
            required = true,
            paramLabel = "DIR",
            description = "A model directory, checkpoint or run.")
    @SuppressWarnings("NullAway.Init") // set by picocli
    private Path model;

    @Option(names = "--prompt", required = true, paramLabel = "TEXT", description = "The text to continue.")
    @SuppressWarnings("NullAway.Init") // set by picocli
    private String prompt;

    @Mixin
    private SamplingOptions sampling = new SamplingOptions();

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        Path directory = Checkpoints.resolve(model);
        Tokenizer tokenizer = Tokenizer.load(directory);
        try (Engine engine = Engine.create();
                Llama llama = Llama.loadForInference(engine, directory);
                TextGenerator generator = new TextGenerator(llama, tokenizer)) {
            out.print(prompt);
            generator.generate(prompt, sampling.sampling(), piece -> {
                out.print(piece);
                out.flush();
                return !out.checkError();
            });
            out.println();
            out.flush();
        }
        return 0;
    }
}
