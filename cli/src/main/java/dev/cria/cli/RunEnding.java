package dev.cria.cli;

import dev.cria.core.train.TrainingLoop;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Locale;

/** Says how a training run ended, and what to do next. */
final class RunEnding {
    private RunEnding() {}

    /**
     * Prints the end of a run that learns text.
     *
     * @param suggestion the command to try next
     */
    static void print(PrintWriter out, Path output, TrainingLoop.Result result, String suggestion) {
        print(out, output, result, "token", suggestion);
    }

    /**
     * Prints the end of a run.
     *
     * @param item what the loss is a mean over
     * @param suggestion the command to try next
     */
    static void print(PrintWriter out, Path output, TrainingLoop.Result result, String item, String suggestion) {
        if (!result.completed()) {
            out.printf(
                    Locale.ROOT,
                    "stopped after step %d; go on by the same command with --output %s --resume%n",
                    result.steps(),
                    output);
        } else if (result.newSteps() == 0) {
            out.printf(Locale.ROOT, "run %s is finished: %d steps are done%n", output, result.steps());
        } else {
            result.validationLoss()
                    .ifPresent(loss -> out.printf(Locale.ROOT, "held-out loss %.4f nats a %s%n", loss, item));
            out.printf(Locale.ROOT, "%srun %s%nTry: %s%n", ending(result), output, suggestion);
        }
        out.flush();
    }

    private static String ending(TrainingLoop.Result result) {
        String at = " at step " + result.steps() + "\n";
        return switch (result.ending()) {
            case TOKEN_BUDGET -> "ended by training.maxTokens" + at;
            case TIME_BUDGET -> "ended by training.maxMinutes" + at;
            case NO_IMPROVEMENT -> "ended by evaluation.patience" + at;
            case COMPLETED, STOPPED -> "";
        };
    }
}
