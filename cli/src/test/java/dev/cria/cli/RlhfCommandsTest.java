package dev.cria.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cria.core.Engine;
import dev.cria.model.Llama;
import dev.cria.model.LlamaConfig;
import dev.cria.model.ScalarModel;
import dev.cria.model.TinyModels;
import dev.cria.rlhf.sampling.BestOfFile;
import dev.cria.tokenizer.ByteTokenizer;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Rejection sampling, PPO and the comparison of models. */
class RlhfCommandsTest {
    @TempDir
    private Path directory;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();
    private Path policy;
    private Path reward;
    private Path prompts;

    @BeforeEach
    void makeModels() throws IOException {
        policy = Files.createDirectory(directory.resolve("policy"));
        reward = Files.createDirectory(directory.resolve("reward"));
        try (Engine engine = Engine.create();
                Llama model = TinyModels.llama(engine, 1);
                ScalarModel scorer = ScalarModel.random(engine, TinyModels.config(), 2)) {
            model.save(policy);
            new ByteTokenizer().save(policy);
            scorer.save(reward);
            new ByteTokenizer().save(reward);
        }
        prompts = Files.writeString(
                directory.resolve("prompts.jsonl"),
                "{\"prompt\": [{\"role\": \"user\", \"content\": \"hi\"}]}\n".repeat(6));
    }

    @Test
    void keepsTheBestOfSeveralAnswers() {
        Path best = directory.resolve("best.jsonl");
        Object[] command = {
            "best-of",
            "--policy",
            policy,
            "--reward",
            reward,
            "--prompts",
            prompts,
            "--k",
            3,
            "--max-tokens",
            5,
            "--missing-eos",
            "keep",
            "--output",
            best
        };
        run(0, command);
        assertThat(out.toString()).contains("6 prompts", "best of 3");
        assertThat(BestOfFile.read(best)).hasSize(6);
        run(2, command);
        assertThat(err.toString()).hasLineCount(1).contains("--resume");
    }

    @Test
    void comparesTemperatures() {
        run(
                0,
                "best-of",
                "--policy",
                policy,
                "--reward",
                reward,
                "--prompts",
                prompts,
                "--k",
                4,
                "--max-tokens",
                5,
                "--temperatures",
                "0.7,1.2");
        assertThat(out.toString()).contains("best of 1", "best of 4", "best temperature");
    }

    @Test
    void whatDoesNotGoWithAComparisonOfTemperaturesIsRefused() {
        Object[] command = {
            "best-of", "--policy", policy, "--reward", reward, "--prompts", prompts, "--temperatures", "0.7,1.2"
        };
        for (String option : List.of("--temperature=1", "--resume", "--output=" + directory.resolve("best.jsonl"))) {
            Object[] both = Arrays.copyOf(command, command.length + 1);
            both[command.length] = option;
            run(2, both);
            assertThat(err.toString()).hasLineCount(1).contains("--temperatures", option.replaceFirst("=.*", ""));
        }
    }

    @Test
    void stepsOfDifferentPrecisionAreRefused() {
        Path run = directory.resolve("versions");
        run(2, "rlhf", "--output", run, "--set", "policy=" + policy, "--set", "sft.training.precision=bf16");
        assertThat(err.toString())
                .hasLineCount(1)
                .contains("one precision", "ppo.training.precision=FP32", "sft.training.precision=BF16");
        assertThat(run).doesNotExist();
    }

    @Test
    void aSafetyModelThatNobodyMeasuredIsRefused() {
        Object[] command = {
            "best-of",
            "--policy",
            policy,
            "--reward",
            reward,
            "--safety",
            reward,
            "--prompts",
            prompts,
            "--k",
            2,
            "--max-tokens",
            5,
            "--missing-eos",
            "keep",
            "--output",
            directory.resolve("best.jsonl")
        };
        run(2, command);
        assertThat(err.toString()).hasLineCount(1).contains("reward.calibration");
        Object[] forced = Arrays.copyOf(command, command.length + 1);
        forced[command.length] = "--force";
        run(0, forced);
    }

    private Object[] ppo(Path run) {
        return new Object[] {
            "ppo",
            "--input",
            prompts,
            "--output",
            run,
            "--set",
            "policy=" + policy,
            "--set",
            "reward.helpfulness=" + reward,
            "--set",
            "training.iterations=2",
            "--set",
            "rollout.batchSize=4",
            "--set",
            "rollout.maxTokens=5",
            "--set",
            "update.miniBatchSize=2",
            "--set",
            "data.heldOut=0.2"
        };
    }

    /** The self-checks hold in bfloat16 too, as far as it goes. */
    @Test
    void optimisesInBfloat16() {
        Path run = directory.resolve("run");
        Object[] command = ppo(run);
        Object[] coarse = Arrays.copyOf(command, command.length + 2);
        coarse[command.length] = "--set";
        coarse[command.length + 1] = "training.precision=bf16";
        run(0, coarse);
        assertThat(run.resolve("checkpoints/latest/policy/model.safetensors")).exists();
    }

    @Test
    void optimisesAgainstARewardModel() throws IOException {
        Path run = directory.resolve("run");
        Object[] command = ppo(run);
        run(0, command);
        assertThat(out.toString()).contains("cria chat --model " + run);
        assertThat(run.resolve("checkpoints/latest/policy/model.safetensors")).exists();
        assertThat(Files.readString(run.resolve("report.html"))).contains("clip fraction", "held out reward");
        run(0, "verify", run);
        assertThat(out.toString()).contains("intact");
        run(
                0,
                "compare",
                "--first",
                run,
                "--second",
                policy,
                "--judge",
                reward,
                "--prompts",
                prompts,
                "--max-tokens",
                5);
        assertThat(out.toString()).contains("95 % interval");
        run(2, "ppo", "--input", prompts, "--output", directory.resolve("other"), "--set", "policy=" + policy);
        assertThat(err.toString()).hasLineCount(1).contains("reward.helpfulness");
        assertThat(directory.resolve("other")).doesNotExist();
    }

    @Test
    void promptsWhoseAnswersAreTooLongForTheJudgeAreLeftOut() throws IOException {
        Path judge = Files.createDirectory(directory.resolve("judge"));
        LlamaConfig sizes = new LlamaConfig(258, 32, 88, 2, 4, 2, 0, 64, 1e-5, 10000, true, 0.02, 256, 257);
        try (Engine engine = Engine.create();
                ScalarModel scorer = ScalarModel.random(engine, sizes, 2)) {
            scorer.save(judge);
            new ByteTokenizer().save(judge);
        }
        Files.writeString(
                prompts,
                "{\"prompt\": [{\"role\": \"user\", \"content\": \"%s\"}]}%n".formatted("x".repeat(60)),
                StandardOpenOption.APPEND);
        run(
                0,
                "compare",
                "--first",
                policy,
                "--second",
                policy,
                "--judge",
                judge,
                "--prompts",
                prompts,
                "--max-tokens",
                5);
        assertThat(out.toString()).contains("1 of 7 prompts are left out", "of 6 (0 wins, 6 ties, 0 losses)");
    }

    private void run(int exit, Object... arguments) {
        out.getBuffer().setLength(0);
        err.getBuffer().setLength(0);
        Commands.run(exit, out, err, arguments);
    }
}
