package dev.cria.examples.chat;

import static java.util.Comparator.reverseOrder;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The chat stages on the toy world: quickly, that they run; nightly, that they teach what they should, with three seeds. */
class ChatStagesTest {
    private static final Logger LOG = LoggerFactory.getLogger(ChatStagesTest.class);

    @TempDir
    private Path directory;

    @Test
    void everythingRuns() {
        Size size = Size.smoke();
        assertThat(InstructionTuning.measure(1, size, directory.resolve("a")).questions())
                .isEqualTo(4);
        assertThat(KeepingInstructions.measure(1, size, directory.resolve("b")).with())
                .containsOnlyKeys(2, 4, 6, 20);
        assertThat(SafetyDistillation.measure(1, size, directory.resolve("c")).before())
                .isBetween(0.0, 1.0);
    }

    @Test
    void mathematicsRuns() throws IOException {
        Path problems = Files.writeString(
                directory.resolve("problems.jsonl"),
                IntStream.range(0, 40)
                        .mapToObj(
                                "{\"question\": \"What is %d plus one?\", \"answer\": \"We add.\\n#### 7\"}%n"
                                        ::formatted)
                        .collect(Collectors.joining()));
        SchoolMathematics.Result result =
                SchoolMathematics.measure(problems, new Size(32, 1, 300, 40_000, 2, 1, 40, 2), directory.resolve("d"));
        assertThat(result.questions()).isEqualTo(2);
        assertThat(result.heldOutLosses()).isNotEmpty();
    }

    @Tag("nightly")
    @Test
    void worksSchoolProblemsStepByStep() {
        Path problems = Path.of(
                        Optional.ofNullable(System.getenv("CRIA_TEST_DATA")).orElse("../../shared/data"))
                .resolve("gsm8k-train.jsonl");
        assumeTrue(Files.isRegularFile(problems), () -> "skipped: no " + problems + "; set CRIA_TEST_DATA");
        SchoolMathematics.Result result =
                SchoolMathematics.measure(problems, Size.mathematics(), directory.resolve("d"));
        LOG.info("{}", result);
        assertThat(result.heldOutLosses()).hasSizeGreaterThanOrEqualTo(8).isSortedAccordingTo(reverseOrder());
        assertThat(result.wellFormed()).isGreaterThanOrEqualTo(0.9);
    }

    @Tag("nightly")
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void instructionsAreLearnedBeyondTheirWordings(long seed) {
        InstructionTuning.Result result = InstructionTuning.measure(seed, Size.instructions(), directory);
        LOG.info("seed {}: {}", seed, result);
        assertThat(result.before()).isLessThan(0.05);
        assertThat(result.after()).isGreaterThanOrEqualTo(0.9).isGreaterThan(result.nearestNeighbour());
    }

    @Tag("nightly")
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void ghostAttentionKeepsAPersona(long seed) {
        KeepingInstructions.Result result = KeepingInstructions.measure(seed, Size.dialogues(), directory);
        LOG.info("seed {}: {}", seed, result);
        assertThat(result.with().get(2)).isGreaterThanOrEqualTo(0.9);
        assertThat(result.without().get(2)).isGreaterThanOrEqualTo(0.9);
        assertThat(result.with().get(20)).isGreaterThanOrEqualTo(0.8);
        assertThat(result.without().get(20)).isLessThanOrEqualTo(result.with().get(20) - 0.4);
    }

    @Tag("nightly")
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void distilledAnswersAreSafer(long seed) {
        SafetyDistillation.Result result = SafetyDistillation.measure(seed, Size.safety(), directory);
        LOG.info("seed {}: {}", seed, result);
        assertThat(result.distilled()).isGreaterThan(result.originals());
        assertThat(result.after()).isGreaterThan(result.before());
    }
}
