package dev.cria.core;

import dev.cria.core.ops.gpu.GpuCheck;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.reporting.ReportEntry;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.TestPlan;

/**
 * Writes what the tests on a GPU did and measured into the file that the system property {@code cria.gpu.results} names: the
 * one file to send back. Found by ServiceLoader; does nothing without the property.
 */
public final class GpuResults implements TestExecutionListener {
    private final String file = System.getProperty("cria.gpu.results", "");

    /** For ServiceLoader. */
    public GpuResults() {}

    @Override
    public void testPlanExecutionStarted(TestPlan plan) {
        write("\n# %s, Java %s, %s %s, %s\n"
                .formatted(
                        Path.of("").toAbsolutePath().getFileName(),
                        System.getProperty("java.version"),
                        System.getProperty("os.name"),
                        System.getProperty("os.version"),
                        Instant.now()));
        write("device: " + device());
    }

    private String device() {
        if (file.isEmpty()) {
            return "";
        }
        try {
            return GpuCheck.require().toString();
        } catch (RuntimeException e) {
            return "none: " + e.getMessage();
        }
    }

    @Override
    public void reportingEntryPublished(TestIdentifier test, ReportEntry entry) {
        entry.getKeyValuePairs().forEach((key, value) -> write("  measured: %s: %s".formatted(key, value)));
    }

    @Override
    public void executionFinished(TestIdentifier test, TestExecutionResult result) {
        if (test.isTest() || result.getThrowable().isPresent()) {
            write("%s: %s %s".formatted(result.getStatus(), test.getUniqueId(), test.getDisplayName()));
            result.getThrowable().ifPresent(e -> {
                StringWriter trace = new StringWriter();
                e.printStackTrace(new PrintWriter(trace));
                write(trace.toString());
            });
        }
    }

    private void write(String line) {
        if (file.isEmpty()) {
            return;
        }
        try {
            Path path = Path.of(file);
            Files.createDirectories(path.getParent());
            Files.writeString(path, line + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
