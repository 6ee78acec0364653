package dev.cria.cli;

import dev.cria.core.Engine;
import dev.cria.examples.world.ToyCorpus;
import dev.cria.model.Llama;
import dev.cria.model.ScalarModel;
import dev.cria.model.TinyModels;
import dev.cria.tokenizer.BpeTokenizer;
import dev.cria.tokenizer.BpeTrainer;
import dev.cria.tokenizer.BpeTrainerConfig;
import dev.cria.tokenizer.BpeTrainerListener;
import dev.cria.tokenizer.ByteTokenizer;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.zip.GZIPOutputStream;

/** What the documents take for granted that a user has: small files and models under the names that they use. */
final class DocumentFiles {
    private static final int ROWS = 12;

    private final Path directory;

    private DocumentFiles(Path directory) {
        this.directory = directory;
    }

    /** Writes all of them into a directory. */
    static void write(Path directory) throws IOException {
        DocumentFiles files = new DocumentFiles(directory);
        files.texts();
        files.chats();
        files.comparisons();
        files.models();
        files.configs();
    }

    private void texts() throws IOException {
        String text = ToyCorpus.documents(1, 30_000).collect(Collectors.joining("\n"));
        for (String name : List.of(
                "shakespeare.txt",
                "tinyshakespeare.txt",
                "corpus.txt",
                "text.txt",
                "held-out.txt",
                "wiki.txt",
                "gsm8k.txt")) {
            write(name, text);
        }
        write("books/one.txt", text);
        write("books/two.txt", text.substring(text.length() / 2));
        String lines = ToyCorpus.documents(2, 20_000)
                .map(document -> "{\"text\": \"" + document.replace("\"", "\\\"") + "\"}\n")
                .collect(Collectors.joining());
        write("more.jsonl", lines);
        write("web.jsonl.gz", lines);
        write("ids.jsonl", "{\"ids\": [1, 2, 3, 4]}\n");
        write("test-data/tinyshakespeare.txt", text);
        write("test-data/wiki-demo.txt", text);
        BpeTokenizer pieces = new BpeTrainer(BpeTrainerConfig.llama2(400), BpeTrainerListener.NONE)
                .addText(text)
                .train();
        pieces.save(directory.resolve("pieces"));
        Files.copy(directory.resolve("pieces/tokenizer.model"), directory.resolve("tokenizer.model"));
        Files.copy(directory.resolve("pieces/tokenizer.model"), directory.resolve("test-data/llama2-tokenizer.model"));
    }

    private void chats() throws IOException {
        rows("alpaca.json", "[", "{\"instruction\": \"Say %d\", \"input\": \"\", \"output\": \"It is %d.\"}", ",", "]");
        rows("prompts.jsonl", "", "{\"prompt\": [{\"role\": \"user\", \"content\": \"Say %d\"}]}", "\n", "\n");
        rows("openings.jsonl", "", "{\"prompt\": \"One %d\"}", "\n", "\n");
        rows("unsafe.jsonl", "", "{\"prompt\": \"steal %d\", \"category\": \"unqualified_advice\"}", "\n", "\n");
        write("rules.yaml", "rules: [{pattern: '[a-m]', points: 1}]\n");
        String questions = String.join("\", \"", Collections.nCopies(20, "and?")); // the last turn measured is 20
        write(
                "scripts.jsonl",
                "{\"instruction\": \"Moo.\", \"questions\": [\"%s\"], \"attributes\": {\"sound\": \"^\"}}\n"
                        .formatted(questions));
    }

    private void comparisons() throws IOException {
        rows(
                "harmless-base.jsonl.gz",
                "",
                "{\"chosen\": \"\\n\\nHuman: Say %d\\n\\nAssistant: yes\", \"rejected\": \"\\n\\nHuman: Say %d\\n\\nAssistant: no\"}",
                "\n",
                "\n");
        rows(
                "test.jsonl",
                "",
                "{\"prompt\": [{\"role\": \"user\", \"content\": \"Say %d\"}], \"chosen\": \"yes\", \"rejected\": \"no\"}",
                "\n",
                "\n");
    }

    private void models() throws IOException {
        try (Engine engine = Engine.create();
                Llama first = TinyModels.llama(engine, 1);
                Llama second = TinyModels.llama(engine, 2);
                ScalarModel judge = ScalarModel.random(engine, TinyModels.config(), 3)) {
            first.save(model("runs/first"));
            second.save(model("runs/second"));
            first.save(model("random-llama"));
            judge.save(model("runs/judge"));
            judge.save(model("runs/annotator"));
        }
    }

    private Path model(String name) throws IOException {
        Path path = Files.createDirectories(directory.resolve(name));
        new ByteTokenizer().save(path);
        return path;
    }

    private void configs() throws IOException {
        Path configs = Files.createDirectories(directory.resolve("examples/configs"));
        try (DirectoryStream<Path> files =
                Files.newDirectoryStream(Documents.root().resolve("examples/configs"))) {
            for (Path file : files) {
                Files.copy(file, configs.resolve(file.getFileName().toString()));
            }
        }
    }

    /** Rows with a number in the place of each {@code %d}. */
    private void rows(String name, String begin, String row, String between, String end) throws IOException {
        write(
                name,
                IntStream.range(0, ROWS)
                        .mapToObj(i -> row.replace("%d", Integer.toString(i)))
                        .collect(Collectors.joining(between, begin, end)));
    }

    private void write(String name, String text) throws IOException {
        Path file = directory.resolve(name);
        Files.createDirectories(file.getParent());
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        if (name.endsWith(".gz")) {
            try (OutputStream zip = new GZIPOutputStream(Files.newOutputStream(file))) {
                zip.write(bytes);
            }
        } else {
            Files.write(file, bytes);
        }
    }
}
