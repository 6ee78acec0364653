package dev.cria.examples.recipe;

import dev.cria.core.config.ConfigLoader;
import dev.cria.core.io.FileErrors;
import dev.cria.core.io.InvalidFileException;
import dev.cria.core.train.RunDirectory;
import dev.cria.core.train.TrainingListener;
import dev.cria.examples.chat.Sitting;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * The miniature Llama 2 in one run directory: every stage of the paper, from the tokenizer to the judged versions, in a toy
 * world. A stage that left its {@link StageResult} is not done again; one that was stopped or killed goes on from its last
 * checkpoint.
 */
public final class Recipe {
    private final RecipeConfig config;
    private final Path run;
    private final Consumer<String> progress;
    private final Sitting sitting;

    /**
     * A recipe, new or to go on with.
     *
     * @param config size and seed
     * @param run its directory
     * @param listeners who watches the training in a run directory
     * @param progress gets a line for each stage
     */
    public Recipe(
            RecipeConfig config,
            Path run,
            Function<Path, List<TrainingListener>> listeners,
            Consumer<String> progress) {
        this.config = config;
        this.run = run;
        this.progress = progress;
        this.sitting = new Sitting(listeners);
    }

    /** Asks for the end as soon as the present stage can be gone on with. May be called from any thread. */
    public void requestStop() {
        sitting.requestStop();
    }

    /**
     * Does the stages that are not done.
     *
     * @return whether all are done now
     * @throws InvalidFileException if the directory cannot be used, or holds something else
     */
    public boolean run() {
        check();
        checkSpace();
        try (RunDirectory directory = RunDirectory.open(run, true)) {
            directory.writeConfig(config);
            RecipeStages stages = new RecipeStages(config, run, sitting);
            int number = 0;
            for (Stage stage : Stage.values()) {
                number++;
                work(stage, "%2d/%d  %-20s".formatted(number, Stage.values().length, stage.id()), stages.work(stage));
            }
            return true;
        } catch (Sitting.Stopped e) {
            return false;
        }
    }

    private void work(Stage stage, String name, Supplier<Object> figures) {
        Optional<StageResult> done = StageResult.read(run, stage);
        if (done.isPresent()) {
            progress.accept(String.format(
                    Locale.ROOT, "%s done before, in %.1f s", name, done.get().seconds()));
            return;
        }
        sitting.mayStop();
        progress.accept(name + " ...");
        StageClock clock = StageClock.start(run.resolve(stage.id()));
        Object result;
        try {
            result = figures.get();
        } catch (Sitting.Stopped e) {
            clock.pause();
            throw e;
        }
        double seconds = clock.end();
        new StageResult(stage.id(), seconds, StageResult.tree(result)).write(run);
        progress.accept(String.format(Locale.ROOT, "%s %.1f s", name, seconds));
    }

    /** The results so far. */
    public static Map<Stage, StageResult> results(Path run) {
        Map<Stage, StageResult> results = new EnumMap<>(Stage.class);
        for (Stage stage : Stage.values()) {
            StageResult.read(run, stage).ifPresent(result -> results.put(stage, result));
        }
        return results;
    }

    /** Size and seed of the recipe in a run directory. */
    public static RecipeConfig read(Path run) {
        return ConfigLoader.of(RecipeConfig.class)
                .file(run.resolve(RunDirectory.CONFIG))
                .load();
    }

    /** Refuses a directory that holds something else. */
    private void check() {
        if (!Files.isDirectory(run)) {
            return;
        }
        if (Files.exists(run.resolve(RunDirectory.CONFIG))) {
            RecipeConfig found;
            try {
                found = read(run);
            } catch (IllegalArgumentException e) {
                throw new InvalidFileException(run, "it holds another run; choose another --output", e);
            }
            if (!found.equals(config)) {
                throw new InvalidFileException(
                        run,
                        "it holds a recipe of %s%s, not of %s; choose another --output"
                                .formatted(
                                        found,
                                        found.recipe() == config.recipe() ? "" : " by another version of Cria",
                                        config));
            }
        } else if (!isEmpty()) {
            throw new InvalidFileException(run, "it holds no recipe and is not empty; choose another --output");
        }
    }

    /** Ends before any work where the disk would be full in the middle of it. */
    private void checkSpace() {
        Path there = run.toAbsolutePath();
        while (there != null && !Files.exists(there)) {
            there = there.getParent();
        }
        if (there == null || results(run).size() == Stage.values().length) {
            return;
        }
        try {
            long free = Files.getFileStore(there).getUsableSpace() >> 20;
            long needed = config.amounts().diskMegabytes() - written();
            if (free < needed) {
                throw new InvalidFileException(
                        run,
                        "only %,d MB are free on its disk, of which this recipe still takes up to %,d; make room, or choose another --output"
                                .formatted(free, needed));
            }
        } catch (IOException e) {
            throw FileErrors.unchecked("cannot look at", there, e);
        }
    }

    /** Megabytes that the run holds already. */
    private long written() throws IOException {
        if (!Files.isDirectory(run)) {
            return 0;
        }
        try (var files = Files.walk(run)) {
            return files.map(Path::toFile)
                            .filter(File::isFile)
                            .mapToLong(File::length)
                            .sum()
                    >> 20;
        }
    }

    private boolean isEmpty() {
        try (var entries = Files.list(run)) {
            return entries.allMatch(entry -> entry.endsWith(".lock"));
        } catch (IOException e) {
            throw FileErrors.unchecked("cannot read", run, e);
        }
    }
}
