package dev.cria.cli;

import dev.cria.sft.ChatData;
import dev.cria.sft.ChatImport;
import dev.cria.sft.Conversation;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code cria data convert}: other forms of chat data into ours. */
@Command(name = "convert", description = "Converts chat data of other forms into chat data JSONL.")
final class DataConvertCommand implements Callable<Integer> {
    private static final int SHOWN = 5;

    @Option(
            names = "--from",
            required = true,
            paramLabel = "FORM",
            description = "The form of the input: ${COMPLETION-CANDIDATES} (in any case).")
    @SuppressWarnings("NullAway.Init") // set by picocli
    private ChatImport from;

    @Option(names = "--input", required = true, paramLabel = "FILE", description = "A JSON array or JSONL.")
    @SuppressWarnings("NullAway.Init") // set by picocli
    private Path input;

    @Option(names = "--output", required = true, paramLabel = "FILE", description = "Where the chat data goes.")
    @SuppressWarnings("NullAway.Init") // set by picocli
    private Path output;

    @Option(
            names = "--skip-invalid",
            description = "Leave out and count what cannot be used, such as empty answers, rather than stop at it.")
    private boolean skipInvalid;

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        List<Conversation> conversations;
        if (skipInvalid) {
            ChatImport.Imported imported = from.readSound(input);
            conversations = imported.conversations();
            imported.skipped().stream().limit(SHOWN).forEach(line -> out.println("skipped " + line));
            out.printf(Locale.ROOT, "%d skipped%n", imported.skipped().size());
        } else {
            conversations = from.read(input);
        }
        ChatData.write(output, conversations);
        out.printf(Locale.ROOT, "%d conversations in %s%n", conversations.size(), output);
        out.flush();
        return 0;
    }
}
