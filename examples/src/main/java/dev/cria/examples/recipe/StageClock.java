package dev.cria.examples.recipe;

import dev.cria.core.io.DurableFiles;
import dev.cria.core.io.FileErrors;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** Measures how long a stage takes, over several sittings if need be. The time of a sitting that was killed is lost. */
final class StageClock {
    private static final double NANOS = 1e9;

    private final Path file;
    private final double before;
    private final long started = System.nanoTime();

    private StageClock(Path file, double before) {
        this.file = file;
        this.before = before;
    }

    /** Begins to measure a stage in its directory. */
    static StageClock start(Path stage) {
        Path file = stage.resolve("seconds-so-far.txt");
        try {
            return new StageClock(file, Files.exists(file) ? Double.parseDouble(Files.readString(file)) : 0);
        } catch (IOException e) {
            throw FileErrors.unchecked("cannot read", file, e);
        } catch (NumberFormatException e) {
            return new StageClock(file, 0); // it counts for nothing but the report
        }
    }

    /** Notes the time so far. */
    void pause() {
        DurableFiles.write(file, Double.toString(seconds()).getBytes(StandardCharsets.UTF_8));
    }

    /** The time of the stage, which is done. */
    double end() {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            throw FileErrors.unchecked("cannot delete", file, e);
        }
        return seconds();
    }

    private double seconds() {
        return before + (System.nanoTime() - started) / NANOS;
    }
}
