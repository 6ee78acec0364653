package dev.cria.cli;

import dev.cria.sft.ChatData;
import dev.cria.sft.ContextDistillation;
import dev.cria.sft.ContextDistillation.Outcome;
import dev.cria.sft.RuleScorer;
import dev.cria.sft.SafetyCatalogue;
import dev.cria.sft.SafetyPrompts;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code cria distill-data}: data for context distillation. */
@Command(
        name = "distill-data",
        description =
                "Builds chat data that teach a model to answer unsafe prompts as it does after a safety preprompt.")
final class DistillDataCommand implements Callable<Integer> {
    @Option(names = "--model", required = true, paramLabel = "DIR", description = "The chat model that answers.")
    @SuppressWarnings("NullAway.Init") // set by picocli
    private Path model;

    @Option(
            names = "--prompts",
            required = true,
            paramLabel = "FILE",
            description = "Adversarial prompts: JSONL with \"prompt\" and, where known, \"category\".")
    @SuppressWarnings("NullAway.Init") // set by picocli
    private Path prompts;

    @Option(
            names = "--rules",
            required = true,
            paramLabel = "FILE",
            description = "What makes an answer safe: YAML, rules: [{pattern: REGEX, points: NUMBER}].")
    @SuppressWarnings("NullAway.Init") // set by picocli
    private Path rules;

    @Option(
            names = "--catalogue",
            paramLabel = "FILE",
            description = "YAML: preprompts by risk category; without it the built-in ones.")
    private @Nullable Path catalogue;

    @Option(names = "--output", required = true, paramLabel = "FILE", description = "Where the chat data goes.")
    @SuppressWarnings("NullAway.Init") // set by picocli
    private Path output;

    @Mixin
    private SamplingOptions sampling = new SamplingOptions();

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    @Override
    public Integer call() {
        List<ContextDistillation.Prompt> asked = SafetyPrompts.read(prompts);
        RuleScorer safety = RuleScorer.read(rules);
        SafetyCatalogue texts = catalogue == null ? SafetyCatalogue.builtIn() : SafetyCatalogue.read(catalogue);
        List<Outcome> outcomes;
        try (ChatModel chat = ChatModel.load(model, sampling.sampling())) {
            outcomes = new ContextDistillation(
                            chat, safety, texts, sampling.sampling().seed())
                    .distill(asked);
        }
        List<Outcome> kept = outcomes.stream().filter(Outcome::isKept).toList();
        ChatData.write(output, kept.stream().map(Outcome::conversation).toList());
        PrintWriter out = spec.commandLine().getOut();
        out.printf(
                Locale.ROOT,
                "%d of %d answers score higher with a preprompt and are in %s%nmean score without %.3f, with %.3f%n",
                kept.size(),
                outcomes.size(),
                output,
                outcomes.stream().mapToDouble(Outcome::originalScore).average().orElse(0),
                outcomes.stream().mapToDouble(Outcome::distilledScore).average().orElse(0));
        if (outcomes.size() < asked.size()) {
            out.printf(
                    Locale.ROOT,
                    "%d prompts left out, which are longer than the model's context%n",
                    asked.size() - outcomes.size());
        }
        out.flush();
        return 0;
    }
}
