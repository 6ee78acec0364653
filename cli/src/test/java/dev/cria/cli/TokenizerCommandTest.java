package dev.cria.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cria.tokenizer.BpeTokenizer;
import dev.cria.tokenizer.ByteTokenizer;
import dev.cria.tokenizer.Tokenizer;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TokenizerCommandTest {
    @TempDir
    private Path directory;

    private StringWriter out = new StringWriter();
    private StringWriter err = new StringWriter();

    private int cria(String... args) {
        out = new StringWriter();
        err = new StringWriter();
        return Cria.commandLine()
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .execute(args);
    }

    @BeforeEach
    void saveByteTokenizer() {
        new ByteTokenizer().save(directory);
    }

    private Path file(String name, String content) throws IOException {
        return Files.writeString(directory.resolve(name), content);
    }

    @Test
    void trainsOnTextAndJsonLines() throws IOException {
        String text = file("a.txt", "abab abab\nab\n").toString();
        String json =
                file("b.jsonl", "{\"q\": \"ba ba\", \"a\": \"bab\\nab\"}\n").toString();
        Path model = directory.resolve("model");
        assertThat(cria(
                        "tokenizer",
                        "train",
                        "--input",
                        text,
                        json,
                        "--field",
                        "q",
                        "--field",
                        "a",
                        "--vocab-size",
                        "266",
                        "--control-piece",
                        "<sep>",
                        "--output",
                        model.toString()))
                .as(err.toString())
                .isZero();
        assertThat(out.toString()).contains("266 pieces from 5 lines");
        BpeTokenizer tokenizer = (BpeTokenizer) Tokenizer.load(model);
        assertThat(tokenizer.vocabSize()).isEqualTo(266);
        assertThat(tokenizer.encodeWithControls("<sep>")).containsExactly(3);
        assertThat(model).isDirectoryContaining("glob:**tokenizer.json");
    }

    @Test
    void encodedLinesDecodeToThemselves() throws IOException {
        Path text = file("text.txt", "one\n\nnaïve 日本");
        assertThat(cria(
                        "tokenizer",
                        "encode",
                        "--bos",
                        "--eos",
                        "--tokenizer",
                        directory.toString(),
                        "--input",
                        text.toString()))
                .isZero();
        assertThat(out.toString()).startsWith("[256,111,110,101,257]\n[256,257]\n[256,110");
        Path ids = file("ids.txt", out.toString());
        assertThat(cria("tokenizer", "decode", "--tokenizer", directory.toString(), "--input", ids.toString()))
                .isZero();
        assertThat(out).hasToString("one\n\nnaïve 日本\n");
    }

    @Test
    void aSpecialIdThatTheTokenizerLacksIsRefused() throws IOException {
        Path model = directory.resolve("model");
        String text = file("a.txt", "abab abab\nab\n").toString();
        cria("tokenizer", "train", "--input", text, "--vocab-size", "264", "--output", model.toString());
        Files.delete(model.resolve("tokenizer.model"));
        Files.writeString(model.resolve("tokenizer_config.json"), "{\"bos_token\": \"<none>\"}");

        assertThat(cria("tokenizer", "encode", "--eos", "--tokenizer", model.toString(), "--input", text))
                .as(err.toString())
                .isZero();
        assertThat(cria("tokenizer", "encode", "--bos", "--tokenizer", model.toString(), "--input", text))
                .isEqualTo(2);
        assertThat(err.toString()).hasLineCount(1).contains("--bos", "no such token");
    }

    @Test
    void inspectShowsSizesSpecialIdsAndCompression() throws IOException {
        Path text = file("text.txt", "abcd");
        assertThat(cria("tokenizer", "inspect", "--tokenizer", directory.toString(), "--input", text.toString()))
                .isZero();
        assertThat(out.toString()).contains("258", "256 <s>", "257 </s>", "4 bytes, 4 tokens, 1.0000 bytes per token");
    }

    @Test
    void benchPrintsOneLineOfJson() throws IOException {
        Path text = file("text.txt", "abcd\nef");
        assertThat(cria(
                        "bench",
                        "tokenize",
                        "--lines",
                        "--repeats",
                        "1",
                        "--warmup",
                        "0",
                        "--tokenizer",
                        directory.toString(),
                        "--input",
                        text.toString()))
                .isZero();
        assertThat(out.toString())
                .hasLineCount(1)
                .startsWith("{\"framework\": \"cria\"")
                .contains("\"tokens\": 6");
    }

    @Test
    void aTextThatIsNotUtf8IsOneLineWithItsFile() throws IOException {
        Path latin1 = directory.resolve("latin1.txt");
        Files.writeString(latin1, "\u00fc", StandardCharsets.ISO_8859_1);
        assertThat(cria("bench", "tokenize", "--tokenizer", directory.toString(), "--input", latin1.toString()))
                .isEqualTo(2);
        assertThat(err.toString()).hasLineCount(1).contains("latin1.txt", "not UTF-8");
    }

    @Test
    void errorsNameFileAndLine() throws IOException {
        Path ids = file("ids.txt", "[1]\n[1, x]\n");
        assertThat(cria("tokenizer", "decode", "--tokenizer", directory.toString(), "--input", ids.toString()))
                .isEqualTo(2);
        assertThat(err.toString()).hasLineCount(1).contains("line 2", "x");
        Path range = file("range.txt", "[999]\n");
        assertThat(cria("tokenizer", "decode", "--tokenizer", directory.toString(), "--input", range.toString()))
                .isEqualTo(2);
        assertThat(err.toString()).contains("line 1", "999");
        Path json = file("bad.jsonl", "{\"text\": \"a\"}\n{\"other\": 1}\n");
        Path model = directory.resolve("none");
        assertThat(cria(
                        "tokenizer",
                        "train",
                        "--input",
                        json.toString(),
                        "--vocab-size",
                        "300",
                        "--output",
                        model.toString()))
                .isEqualTo(2);
        assertThat(err.toString()).hasLineCount(1).contains("bad.jsonl, line 2", "'text'");
        assertThat(model).doesNotExist();
        Path two = file("two.jsonl", "{\"text\": \"a\"} {\"text\": \"b\"}\n");
        assertThat(cria(
                        "tokenizer",
                        "train",
                        "--input",
                        two.toString(),
                        "--vocab-size",
                        "300",
                        "--output",
                        model.toString()))
                .isEqualTo(2);
        assertThat(err.toString()).hasLineCount(1).contains("two.jsonl, line 1");
        assertThat(cria("tokenizer", "inspect", "--tokenizer", model.toString()))
                .isEqualTo(2);
        assertThat(err.toString()).contains("none: no such file");
    }
}
