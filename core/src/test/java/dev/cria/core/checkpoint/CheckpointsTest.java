package dev.cria.core.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cria.core.checkpoint.Manifest.Difference;
import dev.cria.core.checkpoint.Manifest.Kind;
import dev.cria.core.io.InvalidFileException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CheckpointsTest {
    @TempDir
    Path run;

    private Checkpoints checkpoints;

    @BeforeEach
    void open() {
        checkpoints = Checkpoints.of(run);
    }

    @Test
    void aFreshRunHasNone() {
        assertThat(checkpoints.steps()).isEmpty();
        assertThat(checkpoints.newest()).isEmpty();
        assertThatThrownBy(() -> Checkpoints.resolve(run.resolve("nowhere"))).isInstanceOf(InvalidFileException.class);
    }

    @Test
    void savesUnderTheStepAndPointsLatestToIt() {
        Path saved = checkpoints.save(100, text("one"));
        assertThat(saved).isEqualTo(run.resolve("checkpoints/step-00000100")).isDirectory();
        assertThat(run.resolve("checkpoints/latest/config.json")).hasContent("one");
        checkpoints.save(200, text("two"));
        assertThat(run.resolve("checkpoints/latest/config.json")).hasContent("two");
        assertThat(checkpoints.steps()).containsExactly(100L, 200L);
        assertThat(checkpoints.newest()).contains(checkpoints.path(200));
    }

    @Test
    void savesTheSameStepAgain() {
        checkpoints.save(100, text("one"));
        checkpoints.save(100, text("other"));
        assertThat(run.resolve("checkpoints/latest/config.json")).hasContent("other");
        assertThat(run.resolve("checkpoints").toFile().list()).containsExactlyInAnyOrder("latest", "step-00000100");
    }

    @Test
    void findsTheCheckpointThatAPathMeans() throws IOException {
        checkpoints.save(100, text("one"));
        Path saved = checkpoints.save(200, text("two"));
        Path folder = run.resolve("checkpoints");
        assertThat(Checkpoints.resolve(run)).isEqualTo(saved);
        assertThat(Checkpoints.resolve(folder)).isEqualTo(saved);
        assertThat(Checkpoints.resolve(folder.resolve("latest")))
                .isEqualTo(folder.resolve("latest"))
                .isDirectory();
        assertThat(Checkpoints.resolve(checkpoints.path(100))).isEqualTo(checkpoints.path(100));
    }

    @Test
    void aCutCheckpointIsPassedOverButWhatWasWrittenLast() throws IOException {
        Path older = checkpoints.save(100, text("one"));
        Path cut = checkpoints.save(200, text("two"));
        Files.writeString(cut.resolve("config.json"), "tw");

        assertThat(Checkpoints.resolve(run)).isEqualTo(older);
        assertThat(Checkpoints.lastWritten(run)).isEqualTo(cut);
        assertThatThrownBy(() -> Manifest.requireIntact(cut)).hasMessageContaining("config.json");
    }

    @Test
    void findsTheCheckpointThatATextFileNames() throws IOException {
        Path older = checkpoints.save(100, text("one"));
        Path saved = checkpoints.save(200, text("two"));
        Path best = run.resolve("checkpoints/best");
        Path latest = run.resolve("checkpoints/latest");
        Files.writeString(best, "step-00000100");
        Files.delete(latest);
        Files.writeString(latest, "step-00000200\n");

        assertThat(Checkpoints.resolve(best)).isEqualTo(older);
        assertThat(Checkpoints.resolve(latest)).isEqualTo(saved);
        Files.writeString(latest, "step-00000100");
        assertThat(Checkpoints.resolve(latest)).isEqualTo(older);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", ".", "..", "../elsewhere", "/", "elsewhere", "step-00000300", "step-00000100/policy", "\0"})
    void refusesATextFileThatNamesNoCheckpointBesideIt(String name) throws IOException {
        checkpoints.save(100, directory -> write(directory.resolve("policy/config.json"), "one"));
        Files.createDirectories(run.resolve("elsewhere"));
        Files.createDirectories(run.resolve("checkpoints/elsewhere"));
        Path best = Files.writeString(run.resolve("checkpoints/best"), name);

        assertThatThrownBy(() -> Checkpoints.resolve(best))
                .isInstanceOf(InvalidFileException.class)
                .hasMessageStartingWith(best + ": it does not name a checkpoint beside it");
    }

    @Test
    void keepsTheLastOnes() {
        for (int step = 1; step <= 5; step++) {
            checkpoints.save(step, text("x"));
        }
        checkpoints.keepLast(2);
        assertThat(checkpoints.steps()).containsExactly(4L, 5L);
        checkpoints.keepLast(7);
        assertThat(checkpoints.steps()).containsExactly(4L, 5L);
        assertThatThrownBy(() -> checkpoints.keepLast(0)).hasMessageContaining("at least 1");
    }

    @Test
    void keepsTheBestOneToo() {
        for (int step = 1; step <= 5; step++) {
            checkpoints.save(step, text("step " + step));
        }
        checkpoints.tidyUp(1, OptionalLong.of(2));
        assertThat(checkpoints.steps()).containsExactly(2L, 5L);
        assertThat(run.resolve("checkpoints/best/config.json")).hasContent("step 2");
    }

    @Test
    void whatCannotBeTidiedUpIsNoFailure() throws IOException {
        for (int step = 1; step <= 5; step++) {
            checkpoints.save(step, text("x"));
        }
        Files.createDirectories(run.resolve("checkpoints/best/in the way"));
        checkpoints.tidyUp(1, OptionalLong.of(2));
        assertThat(checkpoints.steps()).containsExactly(2L, 5L);
        assertThat(run.resolve("checkpoints/best/in the way")).isDirectory();
    }

    @Test
    void aFailureWhileWritingLeavesTheOlderOnes() {
        checkpoints.save(100, text("one"));
        assertThatThrownBy(() -> checkpoints.save(100, directory -> {
                    text("half").accept(directory);
                    throw new IllegalStateException("disk full");
                }))
                .hasMessage("disk full");
        assertThat(checkpoints.path(100).resolve("config.json")).hasContent("one");
        assertThat(run.resolve("checkpoints").toFile().list()).containsExactlyInAnyOrder("latest", "step-00000100");
    }

    @Test
    void removesWhatACrashedWriterLeft() throws IOException {
        checkpoints.save(100, text("one"));
        Files.createDirectories(run.resolve("checkpoints/.step-00000200.partial/policy"));
        Files.move(checkpoints.path(100), run.resolve("checkpoints/.step-00000100.replaced"));
        Checkpoints reopened = Checkpoints.of(run);
        assertThat(run.resolve("checkpoints").toFile().list()).containsExactlyInAnyOrder("latest", "step-00000100");
        assertThat(reopened.newest()).contains(checkpoints.path(100));
    }

    @Test
    void passesOverAnIncompleteDirectory() throws IOException {
        checkpoints.save(100, text("one"));
        checkpoints.save(200, text("two"));
        Files.delete(checkpoints.path(200).resolve("config.json"));
        Files.createDirectory(run.resolve("checkpoints/step-00000300"));
        assertThat(checkpoints.newest()).contains(checkpoints.path(100));
    }

    @Test
    void verifyNamesEveryFileThatDiffers() throws IOException {
        Path saved = checkpoints.save(1, directory -> {
            for (String name : new String[] {"changed", "cut", "gone", "policy/same"}) {
                write(directory.resolve(name), "contents");
            }
        });
        assertThat(Manifest.verify(saved)).isEmpty();
        Manifest.requireIntact(saved);
        assertThat(Manifest.read(saved).files()).containsOnlyKeys("changed", "cut", "gone", "policy/same");

        Files.writeString(saved.resolve("changed"), "Contents");
        Files.writeString(saved.resolve("cut"), "con");
        Files.delete(saved.resolve("gone"));
        Files.writeString(saved.resolve("new"), "");
        assertThat(Manifest.verify(saved))
                .containsExactly(
                        new Difference("changed", Kind.CONTENT),
                        new Difference("cut", Kind.SIZE),
                        new Difference("gone", Kind.MISSING),
                        new Difference("new", Kind.UNLISTED));
        assertThatThrownBy(() -> Manifest.requireIntact(saved))
                .isInstanceOf(InvalidFileException.class)
                .hasMessageContaining("changed has other contents than when it was written, cut has another size");
    }

    @Test
    void theManifestHoldsKnownHashes() {
        Path saved = checkpoints.save(1, directory -> write(directory.resolve("abc"), "abc"));
        // The SHA-256 of "abc" as FIPS 180-2 gives it.
        assertThat(Manifest.read(saved).files().get("abc"))
                .isEqualTo(new Manifest.Entry(3, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"));
    }

    @Test
    void refusesAManifestThatLeavesTheDirectory() throws IOException {
        Path saved = checkpoints.save(1, text("x"));
        Files.writeString(
                saved.resolve("manifest.json"),
                "{\"version\": 1, \"files\": {\"../../x\": {\"size\": 1, \"sha256\": \"\"}}}");
        assertThatThrownBy(() -> Manifest.verify(saved))
                .isInstanceOf(InvalidFileException.class)
                .hasMessageContaining("\"../../x\"");
    }

    @Test
    void createRefusesAPlaceThatIsTaken() {
        Path taken = checkpoints.save(1, text("x"));
        assertThatThrownBy(() -> CheckpointWriter.create(taken))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("exists already");
        assertThat(taken.resolve("config.json")).hasContent("x");
    }

    @Test
    void saysWhyADirectoryCannotBeMade() throws IOException {
        Path file = Files.writeString(run.resolve("file"), "");
        assertThatThrownBy(() -> CheckpointWriter.create(file.resolve("model")))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageContaining("cannot create " + file.resolve("model"));
    }

    private static Consumer<Path> text(String contents) {
        return directory -> write(directory.resolve("config.json"), contents);
    }

    private static void write(Path file, String contents) {
        try {
            Files.createDirectories(file.getParent());
            Files.writeString(file, contents);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
