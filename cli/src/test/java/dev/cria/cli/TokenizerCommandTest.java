package dev.cria.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cria.tokenizer.BpeTokenizer;
import dev.cria.tokenizer.ByteTokenizer;
import dev.cria.tokenizer.Tokenizer;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
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
        assertThat(cria("tokenizer", "inspect", "--tokenizer", model.toString()))
                .isEqualTo(2);
        assertThat(err.toString()).contains("none: no such file");
    }
}
