package dev.cria.examples.recipe;

import dev.cria.examples.chat.Size;
import dev.cria.rlhf.reward.Margin;
import dev.cria.rlhf.sampling.MissingEos;
import java.util.List;

/**
 * How much of everything a recipe takes.
 *
 * @param model the model, its corpus and epochs; {@code chats} are the chat model's questions, {@code questions} those that
 *     versions are judged on
 * @param chats what the chat model learns from besides questions
 * @param comparisons preferences from before the first version
 * @param versions rejection sampling
 * @param optimisation PPO
 * @param recall Ghost Attention
 * @param distilled unsafe requests that are distilled
 * @param diskMegabytes space that the run takes at most
 */
record Amounts(
        Size model,
        Chats chats,
        Comparisons comparisons,
        Versions versions,
        Optimisation optimisation,
        Recall recall,
        int distilled,
        int diskMegabytes) {
    /**
     * What the chat model learns from besides questions.
     *
     * @param personas dialogues with somebody whom the assistant is told to be
     * @param requests unsafe requests, a third of them answered with care
     */
    record Chats(int personas, int requests) {}

    /**
     * Preferences from before the first version.
     *
     * @param helpfulness of answers to questions and requests, to learn from
     * @param safety of answers to unsafe requests, to learn from
     * @param heldOut comparisons of each kind to measure reward models on
     * @param margins those of the ablation
     */
    record Comparisons(int helpfulness, int safety, int heldOut, List<Margin> margins) {}

    /**
     * Rejection sampling.
     *
     * @param prompts to choose from
     * @param compared of a round's comparisons
     * @param sampled of a round's rejection sampling
     * @param samples answers to each prompt
     * @param temperatures tried in each round
     * @param searchPrompts prompts of that search
     * @param epochs passes over the best samples
     * @param missingEos what to do about answers that were cut off; models that learned nothing give no others
     */
    record Versions(
            int prompts,
            int compared,
            int sampled,
            int samples,
            List<Double> temperatures,
            int searchPrompts,
            int epochs,
            MissingEos missingEos) {}

    /**
     * PPO.
     *
     * @param iterations rollouts with their updates
     * @param batchSize answers of each
     */
    record Optimisation(int iterations, int batchSize) {}

    /**
     * Ghost Attention.
     *
     * @param dialogues to learn from
     * @param measured dialogues of twenty turns to measure with
     */
    record Recall(int dialogues, int measured) {}

    /** The amounts of a size. */
    static Amounts of(RecipeSize size) {
        return switch (size) {
            case TINY ->
                new Amounts(
                        new Size(32, 1, 500, 1 << 16, 30, 2, 200, 40),
                        new Chats(40, 40),
                        new Comparisons(200, 200, 100, List.of(Margin.NONE, Margin.SMALL)),
                        new Versions(60, 40, 40, 2, List.of(1.0), 10, 1, MissingEos.KEEP),
                        new Optimisation(2, 16),
                        new Recall(8, 2),
                        24,
                        100);
            case SMALL ->
                new Amounts(
                        new Size(64, 2, 800, 1 << 19, 250, 3, 1500, 400),
                        new Chats(600, 200),
                        new Comparisons(2000, 1000, 500, List.of(Margin.NONE, Margin.SMALL)),
                        new Versions(800, 400, 200, 4, List.of(0.5, 0.9), 20, 2, MissingEos.EXCLUDE),
                        new Optimisation(12, 32),
                        new Recall(100, 20),
                        100,
                        500);
            case DEFAULT ->
                new Amounts(
                        new Size(128, 3, 1600, 2 << 20, 400, 5, 3000, 600),
                        new Chats(2400, 400),
                        new Comparisons(15000, 2000, 1500, List.of(Margin.NONE, Margin.SMALL)),
                        new Versions(2000, 800, 600, 6, List.of(0.5, 0.7, 0.9), 30, 2, MissingEos.EXCLUDE),
                        new Optimisation(25, 64),
                        new Recall(200, 30),
                        200,
                        1000);
            case LARGE ->
                new Amounts(
                        new Size(192, 4, 2000, 6 << 20, 1200, 6, 3400, 1000),
                        new Chats(4000, 800),
                        new Comparisons(30000, 4000, 2500, List.of(Margin.values())),
                        new Versions(2000, 1600, 1000, 16, List.of(0.4, 0.6, 0.8, 1.0, 1.3), 60, 2, MissingEos.EXCLUDE),
                        new Optimisation(80, 128),
                        new Recall(500, 100),
                        400,
                        4000);
        };
    }
}
