package dev.cria.rlhf.iterate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.cria.core.Engine;
import dev.cria.core.checkpoint.Checkpoints;
import dev.cria.core.config.ConfigLoader;
import dev.cria.core.ops.Precision;
import dev.cria.core.ops.cpu.CpuOps;
import dev.cria.core.train.RunDirectory;
import dev.cria.model.Llama;
import dev.cria.model.ResponseScorer;
import dev.cria.model.TinyModels;
import dev.cria.rlhf.preference.Preference;
import dev.cria.rlhf.preference.PreferenceData;
import dev.cria.rlhf.sampling.RlPrompt;
import dev.cria.rlhf.sampling.TemperatureSearch;
import dev.cria.sft.JsonItems;
import dev.cria.tokenizer.ByteTokenizer;
import dev.cria.tokenizer.ChatMessage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class IterativeRlhfTest {
    /** Likes small letters, and finds every capital unsafe. */
    private static final ResponseScorer LETTERS = ResponseScorer.of((dialogue, response) ->
            (double) response.chars().filter(Character::isLowerCase).count());

    private static final ResponseScorer NO_CAPITALS =
            ResponseScorer.of((dialogue, response) -> response.chars().anyMatch(Character::isUpperCase) ? -1 : 1);

    @TempDir
    private Path directory;

    private Path prompts;
    private Path base;

    @BeforeEach
    void makeFiles() throws IOException {
        StringBuilder lines = new StringBuilder();
        for (int i = 0; i < 24; i++) {
            lines.append("{\"prompt\": [{\"role\": \"user\", \"content\": \"q%d\"}], \"is_safety\": %s}%n"
                    .formatted(i, i % 3 == 0));
        }
        prompts = Files.writeString(directory.resolve("prompts.jsonl"), lines);
        base = Files.createDirectories(directory.resolve("base"));
        try (Engine engine = engine();
                Llama model = TinyModels.llama(engine, 1)) {
            model.save(base);
            new ByteTokenizer().save(base);
        }
    }

    private static Engine engine() {
        return Engine.of(new CpuOps(1, Precision.FP32));
    }

    private RlhfConfig config(String... settings) {
        List<String> all = new ArrayList<>(List.of(
                "policy=" + base,
                "prompts=" + prompts,
                "versions=2",
                "ppoFrom=2",
                "forceSafety=true",
                "collection.prompts=20",
                "collection.maxTokens=8",
                "collection.batchSize=7",
                "collection.heldOut=0.2",
                "samplingPrompts=6",
                "bestOf.samples=2",
                "bestOf.maxTokens=8",
                "bestOf.missingEos=keep",
                "temperatures=[0.8, 1.2]",
                "searchPrompts=2",
                "earlierShare=0.5",
                "sft.training.steps=2",
                "sft.data.batchSize=4",
                "sft.data.answerSamples=0",
                "ppo.training.iterations=2",
                "ppo.rollout.batchSize=4",
                "ppo.rollout.maxTokens=8",
                "ppo.update.miniBatchSize=2",
                "ppo.data.answerSamples=1"));
        for (String model : List.of("helpfulness", "safety")) {
            all.add(model + ".training.steps=2");
            all.add(model + ".training.accumulation=1");
            all.add(model + ".data.batchSize=4");
        }
        all.addAll(List.of(settings));
        return ConfigLoader.of(RlhfConfig.class).set(all).load();
    }

    private boolean work(Path run, RlhfConfig config, Annotator annotator) {
        try (Engine engine = engine();
                RunDirectory opened = RunDirectory.open(run, true)) {
            return new IterativeRlhf(engine, config, opened, round -> annotator, step -> List.of()).run();
        }
    }

    private static Annotator simulated() {
        return new RewardAnnotator(LETTERS, NO_CAPITALS, 3);
    }

    @Test
    void everyVersionComesFromTheOneBefore() {
        Path run = directory.resolve("run");
        assertThat(work(run, config(), simulated())).isTrue();
        RoundLedger ledger = RoundLedger.open(run);
        assertThat(ledger.entries())
                .extracting(entry -> entry.version() + " " + entry.step())
                .containsExactly(
                        "1 comparisons",
                        "1 preferences",
                        "1 helpfulness",
                        "1 safety",
                        "1 best-of",
                        "1 sft",
                        "2 comparisons",
                        "2 preferences",
                        "2 helpfulness",
                        "2 safety",
                        "2 best-of",
                        "2 sft",
                        "2 ppo");
        String sampler = ledger.find(2, "best-of").orElseThrow().inputs().get("policy_sha256");
        assertThat(ledger.find(2, "comparisons").orElseThrow().inputs())
                .containsEntry("newest_sha256", sampler)
                .containsEntry("other", base.toString());
        assertThat(ledger.find(2, "sft").orElseThrow().inputs()).containsEntry("base", base.toString());
        assertThat(ledger.find(2, "helpfulness").orElseThrow().metrics())
                .containsKeys("accuracy_round_1", "accuracy_round_2");
        assertThat(ledger.find(1, "best-of").orElseThrow().metrics().get("temperature"))
                .isIn(0.8, 1.2);
        assertThat(work(run, config(), simulated())).isTrue(); // nothing left to do
    }

    @Test
    void anAnnotatorThatFailsHalfWayCostsNothing() throws IOException {
        Path whole = directory.resolve("whole");
        work(whole, config("versions=1"), simulated());
        Path halved = directory.resolve("halved");
        int[] calls = new int[1];
        Annotator failing = comparisons -> {
            if (++calls[0] == 2) {
                throw new IllegalStateException("gone for lunch");
            }
            return simulated().annotate(comparisons);
        };
        assertThatThrownBy(() -> work(halved, config("versions=1"), failing)).hasMessage("gone for lunch");
        assertThat(Files.readAllLines(halved.resolve("round-01/annotations.jsonl")))
                .hasSize(7);
        assertThat(work(halved, config("versions=1"), failing)).isTrue();
        assertThat(calls[0]).isEqualTo(4); // 20 comparisons by 7: one batch before, and the two left after the failure
        for (String file : List.of("round-01/comparisons.jsonl", "round-01/annotations.jsonl", "pool/round-01.jsonl")) {
            assertThat(Files.mismatch(halved.resolve(file), whole.resolve(file)))
                    .as("%s", file)
                    .isEqualTo(-1);
        }
    }

    @Test
    void aStopEndsTheAnnotationAfterABatch() throws IOException {
        Path run = directory.resolve("run");
        IterativeRlhf[] rlhf = new IterativeRlhf[1];
        Annotator stopping = comparisons -> {
            rlhf[0].requestStop();
            return simulated().annotate(comparisons);
        };
        try (Engine engine = engine();
                RunDirectory opened = RunDirectory.open(run, true)) {
            rlhf[0] = new IterativeRlhf(engine, config("versions=1"), opened, round -> stopping, step -> List.of());
            assertThat(rlhf[0].run()).isFalse();
        }
        assertThat(Files.readAllLines(run.resolve("round-01/annotations.jsonl")))
                .hasSize(7);
        assertThat(RoundLedger.open(run).find(1, "preferences")).isEmpty();
        assertThat(work(run, config("versions=1"), simulated())).isTrue();
    }

    @Test
    void withoutSafetyLabelsThereIsNoSafetyModel() {
        Path run = directory.resolve("run");
        assertThat(work(run, config("versions=1"), new RewardAnnotator(LETTERS, null, 3)))
                .isTrue();
        assertThat(RoundLedger.open(run).find(1, "safety")).isEmpty();
        assertThat(RoundLedger.open(run).find(1, "sft")).isPresent();
    }

    @Test
    void promptsWithMarksOfTheChatFormatAreLearnedFrom() throws IOException {
        Files.writeString(prompts, Files.readString(prompts).replace("q", "[INST] q"));
        assertThat(work(directory.resolve("run"), config("versions=1"), simulated()))
                .isTrue();
    }

    @Test
    void nothingIsSaidOfAnswersTooLongForTheAnnotatingModel() {
        ResponseScorer shortSighted = new ResponseScorer() {
            @Override
            public double[] scores(List<List<ChatMessage>> dialogues, List<String> responses) {
                return LETTERS.scores(dialogues, responses);
            }

            @Override
            public boolean canScore(List<ChatMessage> dialogue, String response) {
                return response.length() < 5;
            }
        };
        List<Comparison> comparisons = List.of(
                new Comparison(0, RlPrompt.of("q"), "a", "far too long", "x"),
                new Comparison(1, RlPrompt.of("q"), "a", "b", "x"));
        assertThat(new RewardAnnotator(shortSighted, null, 3).annotate(comparisons))
                .extracting(Optional::isPresent)
                .containsExactly(false, true);
        assertThat(new RewardAnnotator(LETTERS, shortSighted, 3).annotate(comparisons))
                .extracting(Optional::isPresent)
                .containsExactly(false, true);
    }

    @Test
    void temperaturesOutOfTheirRangeAreRefused() {
        assertThatThrownBy(() -> config("temperatures=[0.8, 0]"))
                .hasMessageContaining("temperatures must be above 0 and below 100, got 0.0");
    }

    @Test
    void labelsOfPeopleAreWaitedFor() throws IOException {
        Path run = directory.resolve("run");
        Path labels = run.resolve("round-01/labels.jsonl");
        Annotator people = new FileAnnotator(labels);
        assertThatThrownBy(() -> work(run, config("versions=1"), people))
                .isInstanceOf(Annotator.LabelsMissingException.class)
                .hasMessageContaining("waiting for labels")
                .hasMessageContaining("labels.jsonl");
        List<Comparison> comparisons = new ArrayList<>();
        JsonItems.forEach(
                run.resolve("round-01/comparisons.jsonl"), (item, line) -> comparisons.add(Comparison.parse(item)));
        List<Preference> given =
                simulated()
                        .annotate(comparisons.stream()
                                .filter(Comparison::isUseful)
                                .toList())
                        .stream()
                        .flatMap(Optional::stream)
                        .toList();
        PreferenceData.write(labels, given);
        assertThat(work(run, config("versions=1"), people)).isTrue();
        assertThat(RoundLedger.open(run).find(1, "sft")).isPresent();
    }

    @Test
    void whatWasThereBeforeIsLearnedFromToo() throws IOException {
        Path chats = Files.writeString(
                directory.resolve("chats.jsonl"),
                "{\"messages\": [{\"role\": \"user\", \"content\": \"q\"}, {\"role\": \"assistant\", \"content\": \"a\"}]}\n"
                        .repeat(3));
        Path before = Files.writeString(
                directory.resolve("before.jsonl"),
                "{\"prompt\": [{\"role\": \"user\", \"content\": \"q\"}], \"chosen\": \"aa\", \"rejected\": \"B\"}\n"
                        .repeat(5));
        Path run = directory.resolve("run");
        assertThat(work(run, config("versions=1"), simulated())).isTrue();
        Path with = directory.resolve("with");
        RlhfConfig config = config("versions=1", "sft.data.input=" + chats, "helpfulness.data.input=" + before);
        assertThat(work(with, config, simulated())).isTrue();
        assertThat(rows(with) - rows(run)).isEqualTo(3);
        assertThat(Files.mismatch(weights(with, "helpfulness"), weights(run, "helpfulness")))
                .isNotEqualTo(-1);
        assertThat(Files.exists(with.resolve("round-01/temperatures.json"))).isTrue();
        assertThat(TemperatureSearch.Table.read(with.resolve("round-01")).sizes())
                .containsExactly(1, 2);
    }

    private static int rows(Path run) throws IOException {
        return new ObjectMapper()
                .readTree(run.resolve("round-01/sft/data.json").toFile())
                .path("rows")
                .asInt();
    }

    private static Path weights(Path run, String model) {
        return Checkpoints.resolve(run.resolve("round-01").resolve(model)).resolve("model.safetensors");
    }

    @Test
    void aStudentLearnsFromTheSamplesOfTheLastVersion() {
        Path run = directory.resolve("run");
        assertThat(work(run, config("versions=1", "student=" + base), simulated()))
                .isTrue();
        assertThat(RoundLedger.open(run).find(1, "student")).isPresent();
    }

    @Test
    void aWinRateHasAnInterval() {
        WinRate rate = WinRate.of(new double[] {1, 2, 3, 4}, new double[] {0, 2, 4, 3});
        assertThat(rate).isEqualTo(new WinRate(2, 1, 1));
        assertThat(rate.rate()).isEqualTo(0.625);
        WinRate large = new WinRate(300, 0, 200);
        assertThat(large.lower()).isBetween(0.556, 0.557); // Wilson's interval of 300 of 500
        assertThat(large.upper()).isBetween(0.642, 0.643);
        assertThatThrownBy(() -> new WinRate(0, 0, 0)).hasMessageContaining("at least one");
    }
}
