package dev.cria.cli;

import dev.cria.cli.report.RecipeReport;
import dev.cria.core.train.TrainingListener;
import dev.cria.examples.recipe.Recipe;
import dev.cria.examples.recipe.RecipeConfig;
import dev.cria.examples.recipe.RecipeSize;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code cria recipe}: the miniature Llama 2, end to end, with a report. */
@Command(
        name = "recipe",
        description = {
            "The miniature Llama 2: every stage of the paper in a toy world, then a report beside the paper's figures.",
            "The same command goes on with a run that was stopped."
        })
final class RecipeCommand implements Callable<Integer> {
    @Option(
            names = "--size",
            defaultValue = "default",
            paramLabel = "SIZE",
            description = "tiny (a minute), small, default (ten minutes on two cores) or large.")
    private RecipeSize size = RecipeSize.DEFAULT;

    @Option(
            names = "--output",
            paramLabel = "RUN",
            description = "Run directory; by default runs/recipe, or runs/recipe-SIZE for another size.")
    private @Nullable Path output;

    @Option(names = "--seed", defaultValue = "1", description = "Seed of the world and of all training.")
    private long seed;

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    @Override
    public Integer call() {
        Path run = output == null ? Path.of("runs", size == RecipeSize.DEFAULT ? "recipe" : "recipe-" + size) : output;
        PrintWriter out = spec.commandLine().getOut();
        Recipe recipe = new Recipe(RecipeConfig.of(size, seed), run, RecipeCommand::listeners, line -> say(out, line));
        GracefulStop.during(recipe::requestStop, () -> work(recipe, run, out));
        return 0;
    }

    private static void work(Recipe recipe, Path run, PrintWriter out) {
        if (recipe.run()) {
            say(out, "report " + RecipeReport.write(run).toUri());
        } else {
            say(out, "stopped; go on by the same command");
        }
    }

    /** A progress bar on a terminal; otherwise the stages' lines are enough. */
    private static List<TrainingListener> listeners(Path directory) {
        return Boolean.getBoolean("cria.terminal") ? RunOptions.progress() : List.of();
    }

    private static void say(PrintWriter out, String line) {
        out.println(line);
        out.flush();
    }
}
