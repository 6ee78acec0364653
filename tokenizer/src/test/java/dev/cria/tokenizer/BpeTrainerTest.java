package dev.cria.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class BpeTrainerTest {
    private static BpeTrainer trainer(BpeTrainerConfig config) {
        return new BpeTrainer(config, BpeTrainerListener.NONE);
    }

    private static String madeUpText() throws IOException {
        try (GZIPInputStream in = new GZIPInputStream(Files.newInputStream(TestData.resource("made-up.txt.gz")))) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    /** The settings with which {@code sentencepiece_cases.py} trained its models. */
    static Stream<Arguments> settings() {
        List<String> none = List.of();
        return Stream.of(
                Arguments.of(
                        "trimmed",
                        new BpeTrainerConfig(
                                500, 0.9995, false, false, true, true, true, false, 16, 0, true, true, none, none)),
                Arguments.of(
                        "unknowns",
                        new BpeTrainerConfig(
                                400, 0.98, false, false, true, true, true, false, 16, 0, true, false, none, none)),
                Arguments.of(
                        "across-words",
                        new BpeTrainerConfig(
                                800, 0.9995, true, false, true, true, false, false, 16, 0, false, false, none, none)),
                Arguments.of(
                        "user-defined",
                        new BpeTrainerConfig(
                                800,
                                0.9995,
                                true,
                                false,
                                true,
                                true,
                                true,
                                false,
                                16,
                                0,
                                true,
                                true,
                                List.of("<ctl>"),
                                List.of("the", "\u2581ba\u2581", "<sep>", "tr", "tra", "日本"))),
                Arguments.of(
                        "llama",
                        new BpeTrainerConfig(
                                1000, 0.9995, true, true, true, true, true, true, 16, 0, true, false, none, none)));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("settings")
    void learnsThePiecesThatSentencePieceLearns(String name, BpeTrainerConfig config) throws IOException {
        BpeTokenizer trained = trainer(config).addText(madeUpText()).train();
        SentencePieceModel expected = SentencePieceModel.parse(Files.readAllBytes(TestData.resource(name + ".model")));
        assertThat(trained.model()).isEqualTo(expected);
    }

    @Test
    void trainingIsDeterministicAndDoesNotDependOnHowTheTextIsReadIn(@TempDir Path directory) throws IOException {
        Path file = directory.resolve("text.txt");
        Files.writeString(file, madeUpText());
        BpeTrainerConfig config = BpeTrainerConfig.llama2(700);
        BpeTokenizer fromFile = trainer(config).addFile(file).train();
        assertThat(fromFile.fingerprint())
                .isEqualTo(trainer(config).addText(madeUpText()).train().fingerprint());
    }

    @Test
    void mostFrequentPairsBecomePieces() {
        BpeTokenizer tokenizer = trainer(BpeTrainerConfig.llama2(266))
                .addText("abab abab ab ab xx")
                .train();
        assertThat(tokenizer.model().pieces().subList(259, 262))
                .extracting(Piece::text)
                .containsExactly("ab", "▁ab", "▁abab");
    }

    @Test
    void aVocabularyTooSmallOrTooLargeIsRefusedWithTheBound() {
        assertThatThrownBy(() ->
                        trainer(BpeTrainerConfig.llama2(261)).addText("aab").train())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContainingAll("vocabSize 261 is too small", "259 special", "3 characters", "at least 262");
        assertThatThrownBy(() ->
                        trainer(BpeTrainerConfig.llama2(300)).addText("aab").train())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContainingAll("vocabSize 300", "largest possible is 265");
        assertThat(trainer(BpeTrainerConfig.llama2(265)).addText("aab").train().vocabSize())
                .isEqualTo(265);
        assertThatThrownBy(() -> trainer(BpeTrainerConfig.llama2(300)).train())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("no text");
    }

    @Test
    void linesPastTheLimitAreLeftOutAndCounted() {
        BpeTrainerConfig config = new BpeTrainerConfig(
                262, 1, true, true, true, true, true, true, 16, 4, true, false, List.of(), List.of());
        BpeTrainer trainer = trainer(config).addText("zzzzz\nab\n\nab");
        assertThat(trainer.lines()).isEqualTo(2);
        assertThat(trainer.longLines()).isEqualTo(1);
        assertThat(trainer.train().encode("z")).hasSize(2);
    }

    @Test
    void progressReachesTheEnd() throws IOException {
        List<Long> merges = new ArrayList<>();
        new BpeTrainer(BpeTrainerConfig.llama2(1000), (phase, done, total) -> merges.add(total - done))
                .addText(madeUpText())
                .train();
        assertThat(merges).isNotEmpty().endsWith(0L);
    }

    @Test
    void settingsOutOfRangeAreNamed() {
        assertThatThrownBy(() -> BpeTrainerConfig.llama2(0)).hasMessageContaining("vocabSize is 0");
        assertThatThrownBy(() -> BpeTrainerConfig.llama2(300).withControlPieces(List.of("<s>")))
                .hasMessageContaining("controlPieces is '<s>'");
        assertThatThrownBy(() -> BpeTrainerConfig.llama2(300).withControlPieces(List.of("<0x41>")))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void theSavedModelEncodesIdenticallyInSentencePiece(@TempDir Path directory) throws Exception {
        BpeTokenizer tokenizer = trainer(BpeTrainerConfig.llama2(900).withControlPieces(List.of("<sep>")))
                .addText(madeUpText())
                .train();
        tokenizer.save(directory);
        Path cases = directory.resolve("cases.jsonl.gz");
        TestData.runPython(
                "sentencepiece",
                directory,
                "sentencepiece_cases.py",
                "cases",
                directory.resolve("tokenizer.model").toString(),
                cases.toString(),
                "--count",
                "2000",
                "--seed",
                "3");
        assertThat(new SentencePieceCases(tokenizer).check(cases)).isEqualTo(2000);
    }
}
