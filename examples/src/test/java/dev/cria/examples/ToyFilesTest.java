package dev.cria.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cria.rlhf.preference.PreferenceData;
import dev.cria.rlhf.sampling.PromptFile;
import dev.cria.rlhf.sampling.RlPrompt;
import dev.cria.sft.ChatData;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ToyFilesTest {
    @TempDir
    private Path directory;

    @Test
    void everyFileIsInTheFormOfItsStage() throws IOException {
        ToyFiles files = ToyFiles.write(directory.resolve("toy"), 1, 10_000, 80);

        assertThat(Files.readString(files.stories())).startsWith("{\"text\":\"");
        assertThat(ChatData.read(files.chats())).hasSize(80);
        assertThat(PreferenceData.read(files.comparisons())).hasSize(80).allMatch(p -> p.safety() == null);
        assertThat(PreferenceData.read(files.heldOutComparisons())).hasSize(20);
        assertThat(PreferenceData.read(files.safetyComparisons())).hasSize(80).allMatch(p -> p.safety() != null);
        List<RlPrompt> prompts = PromptFile.read(List.of(files.prompts()));
        assertThat(prompts).hasSize(80).filteredOn(RlPrompt::isSafety).hasSize(10);
        assertThat(PromptFile.read(List.of(files.heldOutPrompts()))).hasSize(20).doesNotContainAnyElementsOf(prompts);
    }

    @Test
    void theSameSeedGivesTheSameFiles() {
        ToyFiles first = ToyFiles.write(directory.resolve("first"), 2, 5000, 16);
        ToyFiles second = ToyFiles.write(directory.resolve("second"), 2, 5000, 16);
        assertThat(first.chats()).hasSameBinaryContentAs(second.chats());
        assertThat(first.comparisons()).hasSameBinaryContentAs(second.comparisons());
    }
}
