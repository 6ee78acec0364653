package dev.cria.cli;

import dev.cria.rlhf.preference.Preference;
import dev.cria.rlhf.preference.PreferenceData;
import dev.cria.rlhf.preference.PreferenceImport;
import dev.cria.sft.ChatData;
import dev.cria.sft.ChatImport;
import dev.cria.sft.Conversation;
import dev.cria.sft.JsonItems;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code cria data convert}: other forms of chat data and comparisons into ours. */
@Command(name = "convert", description = "Converts chat data or comparisons of other forms into Cria's JSONL.")
final class DataConvertCommand implements Callable<Integer> {
    private static final int SHOWN = 5;

    @Option(
            names = "--from",
            required = true,
            paramLabel = "FORM",
            description = "The form of the input: ${COMPLETION-CANDIDATES} (in any case). "
                    + "HH and SHAREGPT_PAIRS are comparisons, the others chats.")
    @SuppressWarnings("NullAway.Init") // set by picocli
    private Form from;

    @Option(
            names = "--input",
            required = true,
            paramLabel = "FILE",
            description = "A JSON array or JSONL; decompressed if its name ends in .gz.")
    @SuppressWarnings("NullAway.Init") // set by picocli
    private Path input;

    @Option(names = "--output", required = true, paramLabel = "FILE", description = "Where the data goes.")
    @SuppressWarnings("NullAway.Init") // set by picocli
    private Path output;

    @Option(
            names = "--source",
            paramLabel = "NAME",
            description = "What to name as the source of comparisons; by default the form's name.")
    private @Nullable String source;

    @Option(
            names = "--skip-invalid",
            description = "Leave out and count what cannot be used, such as empty answers, rather than stop at it.")
    private boolean skipInvalid;

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    /** Forms of data in use elsewhere. */
    enum Form {
        ALPACA,
        SHAREGPT,
        GSM8K,
        HH,
        SHAREGPT_PAIRS
    }

    @Override
    public Integer call() {
        switch (from) {
            case ALPACA -> convertChats(ChatImport.ALPACA);
            case SHAREGPT -> convertChats(ChatImport.SHAREGPT);
            case GSM8K -> convertChats(ChatImport.GSM8K);
            case HH -> convertComparisons(PreferenceImport.HH);
            case SHAREGPT_PAIRS -> convertComparisons(PreferenceImport.SHAREGPT_PAIRS);
        }
        return 0;
    }

    private void convertChats(ChatImport form) {
        List<Conversation> chats = skipInvalid ? sound(form.readSound(input)) : form.read(input);
        ChatData.write(output, chats);
        report(chats.size(), "conversations");
    }

    private void convertComparisons(PreferenceImport form) {
        String name = source == null ? form.name().toLowerCase(Locale.ROOT) : source;
        List<Preference> comparisons = skipInvalid ? sound(form.readSound(input, name)) : form.read(input, name);
        PreferenceData.write(output, comparisons);
        report(comparisons.size(), "comparisons");
    }

    /** The sound items, after a word about the others. */
    private <T> List<T> sound(JsonItems.Sound<T> sound) {
        PrintWriter out = spec.commandLine().getOut();
        sound.skipped().stream().limit(SHOWN).forEach(line -> out.println("skipped " + line));
        out.printf(Locale.ROOT, "%d skipped%n", sound.skipped().size());
        return sound.items();
    }

    private void report(int count, String what) {
        PrintWriter out = spec.commandLine().getOut();
        out.printf(Locale.ROOT, "%d %s in %s%n", count, what, output);
        out.flush();
    }
}
