package dev.cria.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.cria.core.Engine;
import dev.cria.core.io.DurableFiles;
import dev.cria.model.Llama;
import dev.cria.model.generation.ChatSession;
import dev.cria.model.generation.FinishReason;
import dev.cria.model.generation.Generation;
import dev.cria.model.generation.TextGenerator;
import dev.cria.tokenizer.ChatFormat;
import dev.cria.tokenizer.ChatMessage;
import dev.cria.tokenizer.Tokenizer;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code cria chat}: a dialogue on the terminal. */
@Command(
        name = "chat",
        description = "Talks with a model.",
        footer = {
            "",
            "/reset forgets the dialogue, /system TEXT also sets the system message, /save FILE writes the dialogue as a JSONL "
                    + "file of chat data, /exit ends. Ctrl-C stops an answer; at the prompt it ends the program."
        })
final class ChatCommand implements Callable<Integer> {
    private static final ObjectMapper JSON = new ObjectMapper();

    @Mixin
    private ModelOption model = new ModelOption();

    @Option(names = "--system", paramLabel = "TEXT", description = "What the model is told before the dialogue.")
    private @Nullable String system;

    @Mixin
    private SamplingOptions sampling = new SamplingOptions();

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        Path directory = model.directory();
        Tokenizer tokenizer = Tokenizer.load(directory);
        ChatFormat format = ChatFormat.load(directory, tokenizer);
        try (Engine engine = Engine.create();
                Llama llama = model.load(engine);
                TextGenerator generator = new TextGenerator(llama, tokenizer, 1);
                ChatSession session = new ChatSession(generator, format, system, sampling.sampling());
                Interrupts interrupts = Interrupts.open()) {
            BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
            talk(session, in, interrupts);
        }
        return 0;
    }

    private void talk(ChatSession session, BufferedReader in, Interrupts interrupts) throws IOException {
        PrintWriter out = spec.commandLine().getOut();
        while (true) {
            out.print("> ");
            out.flush();
            interrupts.endProgram();
            String line = in.readLine();
            if (line == null || line.strip().equals("/exit")) {
                return;
            }
            if (!line.isBlank()) {
                try {
                    handle(session, line.strip(), out, interrupts);
                } catch (IllegalArgumentException | UncheckedIOException e) {
                    spec.commandLine().getErr().println("cria: " + e.getMessage()); // the dialogue goes on
                }
            }
        }
    }

    private void handle(ChatSession session, String line, PrintWriter out, Interrupts interrupts) {
        String argument = line.substring(line.split("\\s", 2)[0].length()).strip();
        if (line.equals("/reset")) {
            session.reset();
        } else if (line.startsWith("/system")) {
            session.reset(argument.isEmpty() ? null : argument);
        } else if (line.startsWith("/save")) {
            save(session, argument);
        } else if (line.startsWith("/")) {
            throw new IllegalArgumentException("no command " + line + "; there are /reset, /system, /save and /exit");
        } else {
            answer(session, line, out, interrupts);
        }
    }

    private static void answer(ChatSession session, String line, PrintWriter out, Interrupts interrupts) {
        interrupts.stopAnswer();
        int before = session.messages().size();
        Generation generation = session.answer(line, piece -> {
            out.print(piece);
            out.flush();
            return !interrupts.stopped() && !out.checkError();
        });
        String note = generation.finishReason() == FinishReason.STOP_TOKEN
                        || generation.finishReason() == FinishReason.STOP_STRING
                ? ""
                : " [%s]"
                        .formatted(generation
                                .finishReason()
                                .name()
                                .toLowerCase(Locale.ROOT)
                                .replace('_', ' '));
        out.println(note);
        if (session.messages().size() < before + 2) {
            out.println("[the oldest turns no longer fit the model's context and are forgotten]");
        }
    }

    private static void save(ChatSession session, String file) {
        if (file.isEmpty()) {
            throw new IllegalArgumentException("/save needs a file");
        }
        ObjectNode line = JSON.createObjectNode();
        ArrayNode messages = line.putArray("messages");
        for (ChatMessage message : session.messages()) {
            messages.addObject()
                    .put("role", message.role().name().toLowerCase(Locale.ROOT))
                    .put("content", message.content());
        }
        DurableFiles.write(Path.of(file), (line + "\n").getBytes(StandardCharsets.UTF_8));
    }
}
