package dev.cria.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Ids, offsets and text equal SentencePiece's. */
class SentencePieceParityTest {
    private static BpeTokenizer load(Path file) throws IOException {
        return BpeTokenizer.fromSentencePiece(Files.readAllBytes(file));
    }

    @ParameterizedTest
    @ValueSource(strings = {"trimmed", "unknowns", "across-words", "user-defined", "llama"})
    void onRandomTextsForEveryKindOfModel(String name) throws IOException {
        BpeTokenizer tokenizer = load(TestData.resource(name + ".model"));
        assertThat(new SentencePieceCases(tokenizer).check(TestData.resource(name + ".jsonl.gz")))
                .isEqualTo(150);
    }

    @Test
    void onEveryLineOfTheDataAndOnManyRandomTextsForLlamasModel(@TempDir Path directory) throws Exception {
        Path model = TestData.file("llama2-tokenizer.model");
        Path cases = directory.resolve("cases.jsonl.gz");
        TestData.runPython(
                "sentencepiece",
                directory,
                "sentencepiece_cases.py",
                "cases",
                model.toString(),
                cases.toString(),
                "--count",
                "100000",
                "--seed",
                "20230718",
                "--lines",
                TestData.file("tinyshakespeare.txt").toString(),
                TestData.file("wiki-demo.txt").toString(),
                TestData.file("c4-demo.jsonl").toString(),
                TestData.file("alpaca-en-demo.json").toString(),
                TestData.file("gsm8k-train.jsonl").toString(),
                TestData.file("dpo-en-demo.json").toString(),
                TestData.file("hh-harmless-base-test.jsonl.gz").toString());
        assertThat(new SentencePieceCases(load(model)).check(cases)).isGreaterThan(100_000);
    }
}
