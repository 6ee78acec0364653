package dev.cria.cli;

import dev.cria.core.ops.BackendException;
import dev.cria.core.ops.TensorMemoryError;
import dev.cria.core.ops.gpu.GpuUnavailableException;
import dev.cria.core.train.TrainingFailedException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/**
 * How errors reach the user: one line on stderr, {@code cria: what was wrong, where, how to mend it}, without a stack
 * trace unless asked for. What the user can mend (arguments, files, memory) exits with 2, a defect of ours with 1.
 */
final class Errors {
    static final int USER_ERROR = 2;
    static final int DEFECT = 1;

    private Errors() {}

    /** Wrong options or arguments. */
    static int usage(ParameterException e, String[] args) {
        CommandLine command = e.getCommandLine();
        print(
                command,
                oneLine(e.getMessage()) + suggestion(e) + "; see "
                        + command.getCommandSpec().qualifiedName() + " --help");
        return USER_ERROR;
    }

    /** An exception out of a command. */
    static int failure(Throwable thrown, CommandLine command, boolean verbose) {
        Throwable e =
                TensorMemoryError.in(thrown).<Throwable>map(error -> error).orElse(thrown);
        boolean users = isUserError(e);
        print(
                command,
                users
                        ? describe(e)
                        : "internal error: " + oneLine(e.toString()) + (verbose ? "" : "; --verbose shows where"));
        if (verbose) {
            e.printStackTrace(command.getErr());
            command.getErr().flush();
        }
        return users ? USER_ERROR : DEFECT;
    }

    private static boolean isUserError(Throwable e) {
        return e instanceof IllegalArgumentException
                || e instanceof IOException
                || e instanceof UncheckedIOException
                || e instanceof OutOfMemoryError
                || e instanceof BackendException
                || e instanceof GpuUnavailableException
                || e instanceof TrainingFailedException;
    }

    /** The message of an exception; the JDK's file exceptions have only the file's name for one. */
    private static String describe(Throwable e) {
        if (e instanceof UncheckedIOException && e.getCause() != null && isJdkMessage(e)) {
            return describe(e.getCause());
        }
        if (e instanceof FileSystemException file && file.getReason() == null) {
            return file.getFile() + ": " + reason(file);
        }
        if (e instanceof TensorMemoryError) {
            return "out of memory: " + oneLine(e.getMessage());
        }
        if (e instanceof OutOfMemoryError) {
            return "out of memory: " + oneLine(e.getMessage())
                    + "; use a smaller model or batch, or give the JVM more by CRIA_JAVA_OPTS=-Xmx...";
        }
        return oneLine(e.getMessage() == null ? e.toString() : e.getMessage());
    }

    private static String reason(FileSystemException e) {
        if (e instanceof NoSuchFileException) {
            return "no such file";
        }
        if (e instanceof AccessDeniedException) {
            return "permission denied";
        }
        if (e instanceof FileAlreadyExistsException) {
            return "exists already";
        }
        return e instanceof NotDirectoryException ? "not a directory" : "cannot be accessed";
    }

    /** Whether an UncheckedIOException only repeats its cause. */
    private static boolean isJdkMessage(Throwable e) {
        Throwable cause = e.getCause();
        return e.getMessage() == null || (cause != null && e.getMessage().equals(cause.toString()));
    }

    private static String suggestion(ParameterException e) {
        if (e instanceof UnmatchedArgumentException unmatched) {
            List<String> near = unmatched.getSuggestions();
            return near.isEmpty() ? "" : "; did you mean " + String.join(" or ", near) + "?";
        }
        return "";
    }

    private static void print(CommandLine command, String message) {
        command.getErr().println("cria: " + message);
        command.getErr().flush();
    }

    private static String oneLine(@Nullable String message) {
        return message == null ? "unknown error" : message.strip().replaceAll("\\s*\\R\\s*", "; ");
    }
}
