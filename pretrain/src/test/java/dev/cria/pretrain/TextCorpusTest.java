package dev.cria.pretrain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TextCorpusTest {
    @TempDir
    private Path directory;

    @Test
    void aTextFileIsADocumentAndAJsonlLineIsOne() throws IOException {
        Path text = write("a.txt", "one\ntwo");
        Path lines = write("b.jsonl", "{\"text\": \"drei \\u00e4\"}\n\n{\"text\": \"vier\", \"other\": 1}\n");

        assertThat(documents(false, text, lines)).containsExactly("one\ntwo", "drei ä", "vier");
    }

    @Test
    void gzipIsReadAsWhatItHoldsWhateverTheTokenizerTakes() throws IOException {
        Path text = zip("a.txt.gz", "one\ntwo");
        Path lines = zip("b.jsonl.gz", "{\"text\": \"drei \\u00e4\"}\n{\"text\": \"vier\"}\n");

        assertThat(documents(true, text, lines)).containsExactly("one\ntwo", "drei ä", "vier");
        assertThatThrownBy(() -> documents(true, write("c.jsonl.gz", "no gzip")))
                .hasMessageContaining("c.jsonl.gz")
                .hasMessageContaining("no whole gzip file");
    }

    @Test
    void aMissingOrEmptyFileIsRefused() throws IOException {
        Path empty = write("empty.txt", "");

        assertThatThrownBy(() -> documents(true, directory.resolve("none.txt")))
                .hasMessageContaining("none.txt")
                .hasMessageContaining("no such file");
        assertThatThrownBy(() -> documents(true, empty)).hasMessageContaining("empty");
        assertThatThrownBy(() -> documents(true, directory)).hasMessageContaining("not a file");
    }

    @Test
    void bytesThatAreNotTextAreRefusedUnlessTheTokenizerTakesThem() throws IOException {
        Path latin1 = directory.resolve("latin1.txt");
        Files.write(latin1, new byte[] {'o', 'k', (byte) 0xe4, '!'});
        Path binary = directory.resolve("binary.txt");
        Files.write(binary, new byte[] {1, 0, 2});

        assertThatThrownBy(() -> documents(false, latin1))
                .hasMessageContaining("latin1.txt")
                .hasMessageContaining("byte 2");
        assertThatThrownBy(() -> documents(false, binary)).hasMessageContaining("byte 1");
        assertThat(documents(true, latin1, binary)).hasSize(2);
    }

    @Test
    void aBadJsonlLineIsNamed() throws IOException {
        Path broken = write("c.jsonl", "{\"text\": \"fine\"}\n{\"text\": \n");
        Path missing = write("d.jsonl", "{\"content\": \"x\"}\n");
        Path two = write("e.jsonl", "{\"text\": \"fine\"}\n{\"text\": \"a\"} {\"text\": \"b\"}\n");

        assertThatThrownBy(() -> documents(false, broken))
                .hasMessageContaining("c.jsonl")
                .hasMessageContaining("line 2");
        assertThatThrownBy(() -> documents(false, missing))
                .hasMessageContaining("line 1")
                .hasMessageContaining("\"text\"");
        assertThatThrownBy(() -> documents(false, two))
                .hasMessageContaining("e.jsonl")
                .hasMessageContaining("line 2");
    }

    private Path write(String name, String text) throws IOException {
        return Files.writeString(directory.resolve(name), text);
    }

    private Path zip(String name, String text) throws IOException {
        Path file = directory.resolve(name);
        try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(file))) {
            out.write(text.getBytes(StandardCharsets.UTF_8));
        }
        return file;
    }

    private static List<String> documents(boolean anyBytes, Path... files) {
        List<String> documents = new ArrayList<>();
        new TextCorpus(List.of(files), anyBytes)
                .forEach(bytes -> documents.add(new String(bytes, StandardCharsets.UTF_8)));
        return documents;
    }
}
