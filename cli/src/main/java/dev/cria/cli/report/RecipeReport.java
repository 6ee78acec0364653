package dev.cria.cli.report;

import dev.cria.core.io.DurableFiles;
import dev.cria.examples.recipe.Claim;
import dev.cria.examples.recipe.Claims;
import dev.cria.examples.recipe.Recipe;
import dev.cria.examples.recipe.RecipeSize;
import dev.cria.examples.recipe.Stage;
import dev.cria.examples.recipe.StageResult;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** {@code report.html} of a recipe: what each stage did, beside the paper's figures, and which of its claims hold here. */
public final class RecipeReport {
    /** Name of the page in the run directory. */
    public static final String FILE = "report.html";

    private final Path run;
    private final Map<Stage, StageResult> results;

    private RecipeReport(Path run, Map<Stage, StageResult> results) {
        this.run = run;
        this.results = results;
    }

    /** Writes the page from the results of the stages that are done. Returns the file. */
    public static Path write(Path run) {
        RecipeReport report = new RecipeReport(run, Recipe.results(run));
        Path file = run.resolve(FILE);
        DurableFiles.write(file, report.html().getBytes(StandardCharsets.UTF_8));
        return file;
    }

    private String html() {
        StringBuilder body = new StringBuilder(summary());
        LearningSections learning = new LearningSections(run);
        RewardSections rewards = new RewardSections(run);
        VersionSections versions = new VersionSections(run, results);
        results.forEach((stage, result) -> {
            String content = switch (stage) {
                case TOKENIZER -> LearningSections.tokenizer(result.figures());
                case PRETRAINING -> learning.pretraining(result.figures());
                case FINE_TUNING -> learning.fineTuning(result.figures());
                case PREFERENCES -> RewardSections.preferences(result.figures());
                case REWARD_MODELS -> rewards.rewardModels(result.figures());
                case REJECTION_SAMPLING -> VersionSections.rejectionSampling(result.figures());
                case GHOST_ATTENTION -> versions.ghostAttention(result.figures());
                case PPO -> versions.ppo(result.figures());
                case DISTILLATION -> VersionSections.distillation(result.figures());
                case EVALUATION -> EvaluationSection.html(result.figures());
            };
            body.append(Html.section(stage.id(), title(stage), Html.number("%.1f s", result.seconds()), content));
        });
        return Page.html("The miniature Llama 2", body.toString());
    }

    private static String title(Stage stage) {
        return switch (stage) {
            case TOKENIZER -> "Tokenizer";
            case PRETRAINING -> "Pretraining";
            case FINE_TUNING -> "Supervised fine-tuning";
            case PREFERENCES -> "Preferences";
            case REWARD_MODELS -> "Reward models";
            case REJECTION_SAMPLING -> "Rejection sampling, V1 to V3";
            case GHOST_ATTENTION -> "Ghost Attention";
            case PPO -> "V4, V5 and PPO";
            case DISTILLATION -> "Context distillation";
            case EVALUATION -> "Evaluation";
        };
    }

    private String summary() {
        List<Claim> claims = Claims.of(results);
        long held = claims.stream().filter(Claim::reproduced).count();
        double seconds =
                results.values().stream().mapToDouble(StageResult::seconds).sum();
        return Html.paragraph(
                        "Every stage of the Llama 2 paper (arXiv 2307.09288) in a toy world: all text and all people in it are made up, the models are small, and annotators and judge are programs. So figures stand beside the paper's to compare directions, not heights. Whether a claim of the paper holds here is decided by the criterion beside it, which stands in the program and does not depend on the run.")
                + (Recipe.read(run).size() == RecipeSize.TINY
                        ? Html.paragraph(
                                "This is the size tiny, which only shows that every stage runs: its models learned next to nothing, and what holds of them means nothing.")
                        : "")
                + "<div class=\"tiles\">"
                + tile("recipe", Recipe.read(run).toString())
                + tile("minutes in all", Html.number("%.1f", seconds / 60))
                + tile("claims that hold here", held + " of " + claims.size())
                + tile("Java", System.getProperty("java.version", ""))
                + tile("processors", Integer.toString(Runtime.getRuntime().availableProcessors()))
                + "</div>"
                + claims(claims)
                + costs(seconds);
    }

    private static String tile(String name, String value) {
        return "<div><b>%s</b><span>%s</span></div>".formatted(Html.escape(value), Html.escape(name));
    }

    private static String claims(List<Claim> claims) {
        StringBuilder rows = new StringBuilder();
        for (Claim claim : claims) {
            rows.append("<tr><td>%s</td><td>%s</td><td>%s</td><td class=\"%s\">%s</td></tr>"
                    .formatted(
                            Html.escape(claim.paper()),
                            Html.escape(claim.here()),
                            Html.escape(claim.criterion()),
                            claim.reproduced() ? "yes" : "no",
                            claim.reproduced() ? "yes" : "no"));
        }
        return "<section id=\"claims\"><h2>Claims of the paper</h2><div class=\"scroll\"><table><thead><tr><th>the paper</th><th>this run</th><th>criterion</th><th>reproduced here</th></tr></thead><tbody>"
                + rows
                + "</tbody></table></div></section>";
    }

    private String costs(double seconds) {
        List<List<String>> rows = new ArrayList<>();
        results.forEach((stage, result) -> rows.add(List.of(
                title(stage),
                Html.number("%.1f", result.seconds()),
                Html.number("%.0f %%", 100 * result.seconds() / seconds))));
        rows.add(List.of("all", Html.number("%.1f", seconds), ""));
        return "<section id=\"cost\"><h2>Cost</h2>"
                + Html.table("", List.of("stage", "seconds", "share"), rows)
                + "</section>";
    }
}
