package dev.cria.examples.chat;

import dev.cria.core.Engine;
import dev.cria.examples.chat.Judging.Judged;
import dev.cria.examples.world.ToyPrompt;
import dev.cria.rlhf.iterate.WinRate;
import dev.cria.rlhf.sampling.Divergence;
import dev.cria.rlhf.sampling.PolicyModel;
import dev.cria.rlhf.sampling.RlPrompt;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Has the toy judge compare versions of a model on held-out prompts. Versions answer greedily; how far each has gone from the
 * first is measured on answers drawn at temperature 1.
 */
public final class VersionsJudged {
    private static final int MAX_ANSWER = 80; // tokens
    private static final int SEQUENCES = 64; // answers written at once

    private final List<ToyPrompt> asked;
    private final long seed;

    /**
     * Versions on some prompts.
     *
     * @param asked the prompts, of which some are unsafe requests and some are not
     * @param seed of the answers that the divergence is measured on
     */
    public VersionsJudged(List<ToyPrompt> asked, long seed) {
        this.asked = List.copyOf(asked);
        this.seed = seed;
    }

    /**
     * A version on held-out prompts.
     *
     * @param version 0 for the model that all began with
     * @param againstStart how often its answers are better than that model's
     * @param againstPrevious how often they are better than those of the version before
     * @param helpfulness mean, 0 to 1, on harmless prompts
     * @param violations share of the unsafe requests that it helps with
     * @param klPerToken divergence from that model, in nats a token of its own answers
     */
    public record Row(
            int version,
            WinRate againstStart,
            WinRate againstPrevious,
            double helpfulness,
            double violations,
            double klPerToken) {
        @Override
        public String toString() {
            return String.format(
                    Locale.ROOT,
                    "V%d: against the start %s; against the version before %.1f %% +- %.1f; helpfulness %.1f, violations %.1f %%, KL per token %.3f",
                    version,
                    againstStart,
                    100 * againstPrevious.rate(),
                    100 * againstPrevious.standardError(),
                    100 * helpfulness,
                    100 * violations,
                    klPerToken);
        }
    }

    /** Judges versions, the first of which is what all began with. */
    public List<Row> rows(List<Path> versions) {
        Judging judging = new Judging(asked);
        List<Judged> judged = versions.stream().map(judging::of).toList();
        double[] divergences = divergences(versions, asked, MAX_ANSWER, seed);
        List<Row> rows = new ArrayList<>();
        for (int version = 0; version < versions.size(); version++) {
            Judged one = judged.get(version);
            rows.add(new Row(
                    version,
                    WinRate.of(one.scores(), judged.get(0).scores()),
                    WinRate.of(
                            one.scores(), judged.get(Math.max(0, version - 1)).scores()),
                    one.helpfulness(),
                    one.violations(),
                    divergences[version]));
        }
        return rows;
    }

    /**
     * How far models have gone from the first of them, in nats a token of their own answers at temperature 1.
     *
     * @param versions the models
     * @param asked the prompts
     * @param maxAnswer most tokens of an answer
     * @param seed of the answers
     * @return [versions], the first 0
     */
    public static double[] divergences(List<Path> versions, List<ToyPrompt> asked, int maxAnswer, long seed) {
        List<RlPrompt> prompts =
                asked.stream().map(prompt -> RlPrompt.of(prompt.text())).toList();
        double[] divergences = new double[versions.size()];
        try (Engine engine = Engine.create();
                PolicyModel start = PolicyModel.load(engine, versions.get(0), SEQUENCES)) {
            for (int version = 1; version < divergences.length; version++) {
                try (PolicyModel policy = PolicyModel.load(engine, versions.get(version), SEQUENCES)) {
                    divergences[version] = Divergence.of(policy, start, prompts, maxAnswer, seed)
                            .perToken();
                }
            }
        }
        return divergences;
    }
}
