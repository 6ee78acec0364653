package dev.cria.pretrain.prepare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cria.core.data.TokenShards;
import dev.cria.tokenizer.ByteTokenizer;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DataPreparationTest {
    private static final String FOX =
            "the quick brown fox jumps over the lazy dog and then it sleeps under the old tree";

    @TempDir
    private Path directory;

    @Test
    void theShardsDoNotDependOnTheThreadsOrOnCompression() throws IOException {
        String lines = IntStream.range(0, 20_000)
                .mapToObj(i -> "{\"text\": \"document number %d of many, \\u00e4\"}\n".formatted(i * 7919))
                .collect(Collectors.joining());
        Path plain = write("a.jsonl", lines);
        Path zipped = directory.resolve("b.jsonl.gz");
        try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(zipped))) {
            out.write(lines.getBytes(StandardCharsets.UTF_8));
        }

        Statistics one = prepare("one", options(1), plain);
        prepare("four", options(4), zipped);

        assertThat(one.kept()).isEqualTo(20_000);
        for (String file : List.of("tokens-00000.npy", "documents.npy", "shards.json", "statistics.json")) {
            assertThat(directory.resolve("four").resolve(file))
                    .hasSameBinaryContentAs(directory.resolve("one").resolve(file));
        }
        assertThat(TokenShards.open(directory.resolve("one")).documents()).isEqualTo(20_000);
    }

    @Test
    void duplicatesAndNearDuplicatesAreDroppedAndCounted() throws IOException {
        Path file = write(
                "a.jsonl",
                line(FOX)
                        + line(FOX)
                        + line(FOX + " today")
                        + line("something else altogether, on another matter, at length"));

        PrepareOptions options = new PrepareOptions(TextFilter.none(), true, true, 2);
        Statistics statistics = prepare("out", options, file);

        assertThat(statistics.documents())
                .isEqualTo(Map.of(Fate.KEPT, 2L, Fate.DUPLICATE, 1L, Fate.NEAR_DUPLICATE, 1L));
    }

    @Test
    void textsWithoutWordsAreNoNearDuplicates() throws IOException {
        Path file = write("a.jsonl", line("!!!") + line("???") + line("..."));

        PrepareOptions options = new PrepareOptions(TextFilter.none(), false, true, 1);
        assertThat(prepare("out", options, file).documents()).isEqualTo(Map.of(Fate.KEPT, 3L));
    }

    @Test
    void lettersBeyondSixteenBitsCountAndEmojiDoNot() {
        TextFilter filter = new TextFilter(0, 0, 0.5);
        assertThat(filter.judge("\uD800\uDF48\uD800\uDF49")).isEqualTo(Fate.KEPT); // Gothic
        assertThat(filter.judge("\uD83D\uDE00\uD83D\uDE00a")).isEqualTo(Fate.FEW_LETTERS); // two faces
    }

    @Test
    void filtersDropAndCount() throws IOException {
        Path file = write(
                "a.jsonl", line("") + line("short") + line("x".repeat(99)) + line("1234567890") + line("just right"));

        PrepareOptions options = new PrepareOptions(new TextFilter(6, 50, 0.5), false, false, 1);
        Statistics statistics = prepare("out", options, file);

        assertThat(statistics.documents())
                .isEqualTo(Map.of(
                        Fate.EMPTY, 1L, Fate.TOO_SHORT, 1L, Fate.TOO_LONG, 1L, Fate.FEW_LETTERS, 1L, Fate.KEPT, 1L));
        assertThat(directory.resolve("out").resolve(DataPreparation.STATISTICS))
                .content()
                .contains("\"too_short\" : 1", "\"tokens\" : 12");
    }

    @Test
    void anEmptyTextFileIsDroppedAndCounted() throws IOException {
        Statistics statistics = prepare("out", options(2), write("a.txt", "a text"), write("b.txt", ""));
        assertThat(statistics.documents()).isEqualTo(Map.of(Fate.EMPTY, 1L, Fate.KEPT, 1L));
    }

    @Test
    void malformedInputNamesFileAndLineAndLeavesNothing() throws IOException {
        Path broken = write("broken.jsonl", line("fine") + "\n{\"text\": \n");
        Path other = write("other.jsonl", line("fine") + "{\"txt\": \"?\"}");
        Path two = write("two.jsonl", line("fine") + "{\"text\": \"a\"} {\"text\": \"b\"}");
        Path latin1 = directory.resolve("latin1.jsonl");
        Files.write(latin1, "{\"text\": \"\u00fc\"}".getBytes(StandardCharsets.ISO_8859_1));
        Path cut = write("cut.txt.gz", "no gzip");

        assertThatThrownBy(() -> prepare("out", options(2), broken))
                .hasMessageContaining("broken.jsonl")
                .hasMessageContaining("line 3");
        assertThatThrownBy(() -> prepare("out", options(2), other))
                .hasMessageContaining("line 2")
                .hasMessageContaining("\"text\"");
        assertThatThrownBy(() -> prepare("out", options(2), two))
                .hasMessageContaining("two.jsonl")
                .hasMessageContaining("line 2");
        assertThatThrownBy(() -> prepare("out", options(2), latin1))
                .hasMessageContaining("line 1")
                .hasMessageContaining("UTF-8");
        assertThatThrownBy(() -> prepare("out", options(2), cut))
                .hasMessageContaining("cut.txt.gz")
                .hasMessageContaining("gzip");
        assertThat(directory.resolve("out")).doesNotExist();
    }

    private static PrepareOptions options(int threads) {
        return new PrepareOptions(TextFilter.none(), false, false, threads);
    }

    private Statistics prepare(String output, PrepareOptions options, Path... files) {
        return new DataPreparation(new ByteTokenizer(), options, (bytes, documents) -> {})
                .prepare(List.of(files), directory.resolve(output));
    }

    private static String line(String text) {
        return "{\"text\": \"" + text + "\"}\n";
    }

    private Path write(String name, String text) throws IOException {
        return Files.writeString(directory.resolve(name), text);
    }
}
