package dev.cria.core.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cria.core.io.InvalidFileException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunDirectoryTest {
    @TempDir
    private Path parent;

    @Test
    void nobodyElseEntersWhileItIsOpen() {
        Path path = parent.resolve("run");
        try (RunDirectory run = RunDirectory.open(path, false)) {
            assertThatThrownBy(() -> RunDirectory.open(run.path(), true))
                    .isInstanceOf(InvalidFileException.class)
                    .hasMessageContaining("another program trains in this run");
        }
        RunDirectory.open(path, false).close();
        assertThat(path).doesNotExist();
    }

    @Test
    void theLockIsGivenBackEvenIfItsFileCannotBeRemoved() throws IOException {
        Path lock = parent.resolve(".lock");
        Path aside = parent.resolve("aside");
        RunDirectory run = RunDirectory.open(parent, true);
        Files.move(lock, aside);
        Files.createDirectories(lock.resolve("in the way"));

        assertThatThrownBy(run::close).isInstanceOf(UncheckedIOException.class).hasMessageContaining("cannot leave");

        Files.delete(lock.resolve("in the way"));
        Files.delete(lock);
        Files.move(aside, lock);
        RunDirectory.open(parent, true).close();
        assertThat(lock).doesNotExist();
    }
}
