package dev.cria.cli;

import dev.cria.sft.ChatData;
import dev.cria.sft.Conversation;
import dev.cria.sft.RecallScripts;
import dev.cria.sft.TurnRecall;
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

/** {@code cria evaluate-turns}: how long a model keeps what it was told. */
@Command(
        name = "evaluate-turns",
        description = "Measures which share of its instructions a chat model still keeps at later turns.")
final class EvaluateTurnsCommand implements Callable<Integer> {
    @Option(names = "--model", required = true, paramLabel = "DIR", description = "The chat model.")
    @SuppressWarnings("NullAway.Init") // set by picocli
    private Path model;

    @Option(
            names = "--input",
            required = true,
            paramLabel = "FILE",
            description =
                    "JSONL: \"instruction\", \"questions\" (a list) and \"attributes\" (regular expressions by name).")
    @SuppressWarnings("NullAway.Init") // set by picocli
    private Path input;

    @Option(
            names = "--turns",
            split = ",",
            defaultValue = "2,4,6,20",
            description = "Turns to measure (${DEFAULT-VALUE}).")
    private List<Integer> turns = List.of();

    @Option(names = "--output", paramLabel = "FILE", description = "Where the dialogues go, as chat data.")
    private @Nullable Path output;

    @Mixin
    private SamplingOptions sampling = new SamplingOptions();

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    @Override
    public Integer call() {
        RecallScripts scripts = RecallScripts.read(input);
        TurnRecall.Result result;
        try (ChatModel chat = ChatModel.load(model, sampling.sampling())) {
            result = new TurnRecall(chat, scripts, turns).measure(scripts.scripts());
        }
        if (output != null) {
            ChatData.write(
                    output,
                    result.dialogues().stream()
                            .filter(dialogue -> !dialogue.isEmpty()
                                    && dialogue.stream()
                                            .noneMatch(m -> m.content().isBlank()))
                            .map(Conversation::of)
                            .toList());
        }
        PrintWriter out = spec.commandLine().getOut();
        result.recall().forEach((turn, recall) -> out.printf(Locale.ROOT, "turn %2d  %5.1f %%%n", turn, 100 * recall));
        if (result.tooLong() > 0) {
            out.printf(
                    Locale.ROOT,
                    "%d of %d dialogues outgrew the model's context and count as 0 from there on%n",
                    result.tooLong(),
                    result.dialogues().size());
        }
        out.flush();
        return 0;
    }
}
