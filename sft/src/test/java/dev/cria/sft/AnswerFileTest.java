package dev.cria.sft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AnswerFileTest {
    @TempDir
    private Path directory;

    private Path file;
    private AnswerFile answers;

    @BeforeEach
    void writeThreeSteps() {
        file = directory.resolve(FineTuning.ANSWERS);
        answers = new AnswerFile(directory);
        answers.append(List.of(line(1), line(1)));
        answers.append(List.of(line(2)));
        answers.append(List.of(line(3)));
    }

    @Test
    void linesOfLaterStepsAreDropped() throws IOException {
        answers.keepUpTo(2);

        assertThat(Files.readAllLines(file))
                .containsExactly(line(1).toString(), line(1).toString(), line(2).toString());
    }

    /** In the middle of a character, as the disk may have it after a crash. */
    @Test
    void aLastLineThatACrashCutShortIsDropped() throws IOException {
        byte[] bytes = "{\"step\":3,\"answer\":\"\u00e4".getBytes(StandardCharsets.UTF_8);
        Files.write(file, Arrays.copyOf(bytes, bytes.length - 1), StandardOpenOption.APPEND);

        answers.keepUpTo(3);
        answers.append(List.of(line(4)));

        assertThat(Files.readAllLines(file)).hasSize(5).last().isEqualTo(line(4).toString());
    }

    @Test
    void aFileThatCannotBeWrittenCostsLinesAndNotTheRun() {
        AnswerFile nowhere = new AnswerFile(directory.resolve("none"));

        assertThatCode(() -> nowhere.append(List.of(line(1)))).doesNotThrowAnyException();
        assertThatCode(() -> nowhere.keepUpTo(1)).doesNotThrowAnyException();
    }

    private static ObjectNode line(long step) {
        return JsonNodeFactory.instance.objectNode().put(AnswerFile.STEP, step).put("answer", "\u00e4");
    }
}
