package dev.cria.cli;

import dev.cria.sft.ChatData;
import dev.cria.sft.Conversation;
import dev.cria.sft.GhostAttention;
import dev.cria.sft.InstructionSet;
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

/** {@code cria gatt-data}: data for Ghost Attention. */
@Command(
        name = "gatt-data",
        description =
                "Builds chat data that teach a model to keep an instruction through a dialogue (Ghost Attention).")
final class GattDataCommand implements Callable<Integer> {
    @Option(names = "--model", required = true, paramLabel = "DIR", description = "The chat model that answers.")
    @SuppressWarnings("NullAway.Init") // set by picocli
    private Path model;

    @Option(
            names = "--input",
            required = true,
            paramLabel = "FILE",
            description = "Chat data whose user messages are asked; its answers are not used.")
    @SuppressWarnings("NullAway.Init") // set by picocli
    private Path input;

    @Option(names = "--output", required = true, paramLabel = "FILE", description = "Where the chat data goes.")
    @SuppressWarnings("NullAway.Init") // set by picocli
    private Path output;

    @Option(
            names = "--instructions",
            paramLabel = "FILE",
            description = "YAML: lists of instructions; without it hobbies, languages and public figures.")
    private @Nullable Path instructions;

    @Option(
            names = "--terse",
            defaultValue = "0.5",
            paramLabel = "SHARE",
            description = "Share of instructions told in two words (${DEFAULT-VALUE}).")
    private double terse;

    @Option(
            names = "--place",
            defaultValue = "FIRST_MESSAGE",
            description = "Where the data keep the instruction: ${COMPLETION-CANDIDATES}.")
    @SuppressWarnings("NullAway.Init") // set by picocli
    private GhostAttention.Place place;

    @Mixin
    private SamplingOptions sampling = new SamplingOptions();

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    @Override
    public Integer call() {
        InstructionSet set = instructions == null ? InstructionSet.builtIn() : InstructionSet.read(instructions);
        List<List<String>> questions =
                ChatData.read(input).stream().map(Conversation::questions).toList();
        long seed = sampling.sampling().seed();
        List<GhostAttention.Built> built;
        try (ChatModel chat = ChatModel.load(model, sampling.sampling())) {
            built = new GhostAttention(chat, place)
                    .build(questions, number -> set.draw(seed, number, terse).text());
        }
        if (built.isEmpty()) {
            throw new IllegalArgumentException(
                    model
                            + ": every dialogue has an empty answer or is too long for the model; fine-tune it on chats first, or ask less");
        }
        ChatData.write(
                output, built.stream().map(GhostAttention.Built::conversation).toList());
        PrintWriter out = spec.commandLine().getOut();
        out.printf(
                Locale.ROOT,
                "%d dialogues in %s, %d left out for an empty answer or their length%n",
                built.size(),
                output,
                questions.size() - built.size());
        out.flush();
        return 0;
    }
}
