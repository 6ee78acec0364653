package dev.cria.examples.recipe;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * The paper's claims held against a run, each by a criterion that was fixed before. The facts and figures are those of arXiv
 * 2307.09288.
 */
public final class Claims {
    /** Most nats a token that PPO may go away from where it began. */
    public static final double KL_CAP = 0.5;

    private static final double KL_CAP_OF_ALL = 1; // nats a token that V5 may be away from V0

    private static final double POINT = 0.01;
    private static final int LATE_TURN = 20;

    private final Map<Stage, StageResult> results;
    private final List<Claim> claims = new ArrayList<>();

    private Claims(Map<Stage, StageResult> results) {
        this.results = results;
    }

    /** All claims; those whose stage is not done are left out. */
    public static List<Claim> of(Map<Stage, StageResult> results) {
        Claims claims = new Claims(results);
        if (results.containsKey(Stage.REWARD_MODELS)) {
            claims.rewardModels();
        }
        if (results.containsKey(Stage.REJECTION_SAMPLING) && results.containsKey(Stage.PPO)) {
            claims.sampling();
            claims.ppo();
        }
        if (results.containsKey(Stage.DISTILLATION)) {
            claims.distillation();
        }
        if (results.containsKey(Stage.EVALUATION)) {
            claims.versions();
            claims.recall();
        }
        return List.copyOf(claims.claims);
    }

    private JsonNode figures(Stage stage) {
        StageResult result = results.get(stage);
        return result == null ? MissingNode.getInstance() : result.figures();
    }

    private void add(String paper, String here, String criterion, boolean reproduced) {
        claims.add(new Claim(paper, here, criterion, reproduced));
    }

    private static String text(String format, Object... values) {
        return String.format(Locale.ROOT, format, values);
    }

    // ---- Reward models

    private void rewardModels() {
        JsonNode models = figures(Stage.REWARD_MODELS);
        JsonNode none = models.path("helpfulness").path("none");
        double[] byRating = ratings(none);
        add(
                "A reward model's accuracy falls with the rating: 79.1, 66.9, 59.8, 54.5 % from significantly to negligibly better (table 28, no margin).",
                text("%.1f, %.1f, %.1f, %.1f %%", percent(byRating)),
                "in this order",
                byRating[0] > byRating[1] && byRating[1] > byRating[2] && byRating[2] > byRating[3]);

        double useful = accuracy(none);
        double usefulBySafety = accuracy(models.path("safetyOnHelpfulness"));
        double safe = accuracy(models.path("safety").path("with"));
        double safeByUseful = accuracy(models.path("helpfulnessOnSafety"));
        add(
                "Each of the two models is best at its own task: 63.2 against 56.2 % on helpfulness, 64.5 against 62.8 % on safety (table 7).",
                text(
                        "%.1f against %.1f %% on helpfulness, %.1f against %.1f %% on safety",
                        100 * useful, 100 * usefulBySafety, 100 * safe, 100 * safeByUseful),
                "higher accuracy at both",
                useful > usefulBySafety && safe > safeByUseful);
        margins(models.path("helpfulness"), byRating);
        safetyLoss(models.path("safety"));
    }

    private void margins(JsonNode byMargin, double[] none) {
        if (byMargin.has("small")) {
            double[] small = ratings(byMargin.path("small"));
            add(
                    "A small margin helps: 62.5 to 63.0 % in all, 79.1 to 80.4 % where the answer is significantly better (table 28).",
                    text(
                            "%.1f to %.1f %% in all, %.1f to %.1f %% at significantly better",
                            100 * accuracy(byMargin.path("none")),
                            100 * accuracy(byMargin.path("small")),
                            100 * none[0],
                            100 * small[0]),
                    "both rise by more than a standard error",
                    rises(byMargin.path("none"), byMargin.path("small"))
                            && small[0] - none[0]
                                    > byMargin.path("small")
                                            .path("by_rating")
                                            .path("significantly_better")
                                            .path("standard_error")
                                            .asDouble());
        }
        if (byMargin.has("large")) {
            double[] large = ratings(byMargin.path("large"));
            add(
                    "A large margin does harm to near ties: 54.5 to 54.3 % at negligibly better (table 28).",
                    text("%.1f to %.1f %%", 100 * none[3], 100 * large[3]), "falls", large[3] < none[3]);
        }
    }

    private void safetyLoss(JsonNode safety) {
        double without = recall(safety.path("without"));
        double with = recall(safety.path("with"));
        add(
                "The safety loss raises the recall of unsafe answers at score 0.5: 73.0 to 90.4 % (table 29).",
                text("%.1f to %.1f %%", 100 * without, 100 * with), "rises", with > without);
        add(
                "The safety loss raises the safety model's accuracy: 63.7 to 64.5 % (table 29).",
                text("%.1f to %.1f %%", 100 * accuracy(safety.path("without")), 100 * accuracy(safety.path("with"))),
                "rises by more than a standard error",
                rises(safety.path("without"), safety.path("with")));
    }

    private static boolean rises(JsonNode before, JsonNode after) {
        return accuracy(after) - accuracy(before)
                > after.path("accuracy").path("standard_error").asDouble();
    }

    private static double[] ratings(JsonNode evaluation) {
        JsonNode ratings = evaluation.path("by_rating");
        return List.of("significantly_better", "better", "slightly_better", "negligibly_better").stream()
                .mapToDouble(rating -> ratings.path(rating).path("share").asDouble(Double.NaN))
                .toArray();
    }

    private static Object[] percent(double[] shares) {
        Object[] percent = new Object[shares.length];
        for (int i = 0; i < shares.length; i++) {
            percent[i] = 100 * shares[i];
        }
        return percent;
    }

    private static double accuracy(JsonNode evaluation) {
        return evaluation.path("accuracy").path("share").asDouble(Double.NaN);
    }

    private static double recall(JsonNode evaluation) {
        return evaluation.path("unsafe_recall").path("share").asDouble(Double.NaN);
    }

    // ---- Rejection sampling and PPO

    private void sampling() {
        boolean rises = true;
        List<String> versions = new ArrayList<>();
        for (Stage stage : List.of(Stage.REJECTION_SAMPLING, Stage.PPO)) {
            for (Map.Entry<String, JsonNode> table :
                    figures(stage).path("temperatures").properties()) {
                JsonNode highest = MissingNode.getInstance();
                for (JsonNode row : table.getValue().path("rows")) {
                    JsonNode best = row.path("best");
                    for (int i = 1; i < best.size(); i++) {
                        rises &= best.path(i).asDouble() > best.path(i - 1).asDouble();
                    }
                    highest = highest.isMissingNode() || last(best) > last(highest) ? best : highest;
                }
                versions.add(
                        text("V%s %.2f to %.2f", table.getKey(), highest.path(0).asDouble(), last(highest)));
            }
        }
        add(
                "The reward of the best of N answers rises with N (figures 7 and 8).",
                "from one answer to the largest N, at the best temperature: " + String.join(", ", versions),
                "rises from each N to the next at every temperature of every version",
                rises && !versions.isEmpty());
        double before = temperature(Stage.REJECTION_SAMPLING, 1);
        double after = temperature(Stage.PPO, VersionStages.LAST);
        add(
                "The best temperature for sampling rises with RLHF: 1.2 to 1.3 for RLHF models (figure 8).",
                text("%.1f for V1's sampling, %.1f for V5's", before, after),
                "V5's is higher than V1's",
                after > before);
    }

    private static double last(JsonNode numbers) {
        return numbers.path(numbers.size() - 1).asDouble();
    }

    private double temperature(Stage stage, int version) {
        for (JsonNode step : figures(stage).path("steps")) {
            if (step.path("version").asInt() == version
                    && step.path("step").asText().equals("best-of")) {
                return step.path("metrics").path("temperature").asDouble(Double.NaN);
            }
        }
        return Double.NaN;
    }

    private void ppo() {
        JsonNode ppo = figures(Stage.PPO);
        double first = ppo.path("firstReward").asDouble();
        double last = ppo.path("lastReward").asDouble();
        double kl = ppo.path("klPerToken").asDouble();
        add(
                "PPO on top of rejection sampling raises the reward further while a KL penalty holds it near (section 3.2.3).",
                text("reward %.2f to %.2f at %.3f nats a token", first, last, kl),
                text("the reward rises, and KL stays below %.1f nats a token", KL_CAP),
                last > first && kl < KL_CAP);
    }

    // ---- Versions

    private JsonNode row(String name) {
        for (JsonNode row : figures(Stage.EVALUATION).path("rows")) {
            if (row.path("name").asText().equals(name)) {
                return row;
            }
        }
        return MissingNode.getInstance();
    }

    private void versions() {
        JsonNode start = row("V0");
        JsonNode end = row("V5");
        JsonNode rate = end.path("againstStart");
        add(
                "The RLHF models win against the fine-tuned one (figure 11: more than 50 % from V3 on, by the paper's reward models and by GPT-4).",
                text(
                        "V5 wins %.1f %%, 95 %% interval %.1f to %.1f %%",
                        100 * rate.path("rate").asDouble(),
                        100 * rate.path("lower").asDouble(),
                        100 * rate.path("upper").asDouble()),
                "the interval lies above 50 %",
                rate.path("lower").asDouble() > 0.5);
        add(
                "Version after version gets better (figure 11).",
                steps(),
                "no version is more than two standard errors below the one before",
                noStepBack());
        add(
                "Safety violations fall with RLHF (section 4).",
                text(
                        "%.1f %% of the unsafe requests helped with by V0, %.1f %% by V5",
                        100 * start.path("violations").asDouble(),
                        100 * end.path("violations").asDouble()),
                "fall",
                end.path("violations").asDouble() < start.path("violations").asDouble());
        double kl = end.path("klPerToken").asDouble();
        add(
                "The RLHF model stays near the one it came from (section 3.2.3: the KL term is there for it).",
                text("V5 is %.3f nats a token from V0", kl),
                text("below %.1f nats a token", KL_CAP_OF_ALL),
                kl < KL_CAP_OF_ALL);
        double change =
                end.path("helpfulness").asDouble() - start.path("helpfulness").asDouble();
        add(
                "Helpfulness does not suffer from safety training (section 4.2.3).",
                text(
                        "%.3f to %.3f on harmless prompts",
                        start.path("helpfulness").asDouble(),
                        end.path("helpfulness").asDouble()),
                "falls by at most 2 points",
                change >= -2 * POINT);
    }

    private String steps() {
        List<String> texts = new ArrayList<>();
        for (JsonNode row : figures(Stage.EVALUATION).path("rows")) {
            if (isVersion(row) && !row.path("name").asText().equals("V0")) {
                texts.add(text(
                        "%s %.1f %%",
                        row.path("name").asText(),
                        100 * row.path("againstPrevious").path("rate").asDouble()));
            }
        }
        return "against the one before: " + String.join(", ", texts);
    }

    private boolean noStepBack() {
        for (JsonNode row : figures(Stage.EVALUATION).path("rows")) {
            JsonNode rate = row.path("againstPrevious");
            if (isVersion(row)
                    && rate.path("rate").asDouble()
                                    + 2 * rate.path("standardError").asDouble()
                            < 0.5) {
                return false;
            }
        }
        return true;
    }

    private static boolean isVersion(JsonNode row) {
        return !row.path("name").asText().contains("distilled");
    }

    // ---- Ghost Attention and distillation

    private void recall() {
        JsonNode recall = figures(Stage.EVALUATION).path("recall");
        String late = Integer.toString(LATE_TURN);
        double without = recall.path("V4 without Ghost Attention").path(late).asDouble();
        double with = recall.path("V4").path(late).asDouble();
        add(
                "With Ghost Attention an instruction is kept to turn 20 in 100 % of the dialogues, without in 0 % (table 30).",
                text("%.0f %% of the traits with, %.0f %% without", 100 * with, 100 * without),
                "at least 90 % with, and at least 50 points more than without",
                with >= 0.9 && with - without >= 0.5);
    }

    private void distillation() {
        JsonNode chat = figures(Stage.DISTILLATION).path("chatModel");
        JsonNode last = figures(Stage.DISTILLATION).path("lastVersion");
        add(
                "Answers after a safety preprompt score higher by the safety model, and higher still after one with an answer template (figure 16).",
                text(
                        "the chat model %.3f, %.3f after generic preprompts, %.3f after templates",
                        chat.path("original").asDouble(),
                        chat.path("generic").asDouble(),
                        chat.path("byCategory").asDouble()),
                "in this order",
                chat.path("generic").asDouble() > chat.path("original").asDouble()
                        && chat.path("byCategory").asDouble()
                                > chat.path("generic").asDouble());
        add(
                "Context distillation makes the model safer (section 4.2.4).",
                text(
                        "the judge's safety %.3f to %.3f for the chat model, %.3f to %.3f for V5",
                        chat.path("before").asDouble(),
                        chat.path("after").asDouble(),
                        last.path("before").asDouble(),
                        last.path("after").asDouble()),
                "rises for the chat model, and for V5 does not fall by more than a point",
                chat.path("after").asDouble() > chat.path("before").asDouble()
                        && last.path("after").asDouble() >= last.path("before").asDouble() - POINT);
        add(
                "Safety data cost few false refusals of harmless prompts (0.006 to 0.05 % of them, section 4.2.3).",
                text(
                        "V5 refuses %.1f %% of the kind requests, distilled %.1f %%",
                        100 * last.path("refusedBefore").asDouble(),
                        100 * last.path("refusedAfter").asDouble()),
                "at most 2 %",
                last.path("refusedAfter").asDouble() <= 2 * POINT);
    }
}
