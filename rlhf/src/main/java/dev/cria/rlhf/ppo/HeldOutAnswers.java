package dev.cria.rlhf.ppo;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.cria.core.io.FileErrors;
import dev.cria.rlhf.sampling.Answer;
import dev.cria.sft.FineTuning;
import dev.cria.tokenizer.ChatMessage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

/** Answers to the same few held-out prompts over time, in {@code answers.jsonl}: for people to read. */
final class HeldOutAnswers {
    private final Path file;
    private final int count;
    private final ObjectMapper mapper = new ObjectMapper();

    HeldOutAnswers(Path run, int count) {
        this.file = run.resolve(FineTuning.ANSWERS);
        this.count = count;
    }

    /** Drops what was written after an iteration that the run goes on from. */
    void keepUpTo(long iteration) {
        if (!Files.exists(file)) {
            return;
        }
        try {
            List<String> kept = new ArrayList<>();
            for (String line : Files.readAllLines(file)) {
                if (mapper.readTree(line).path("step").asLong() <= iteration) {
                    kept.add(line);
                }
            }
            Files.write(file, kept);
        } catch (IOException e) {
            throw FileErrors.unchecked("cannot write", file, e);
        }
    }

    void write(HeldOut.Answered answered) {
        StringBuilder lines = new StringBuilder();
        try {
            for (int i = 0; i < Math.min(count, answered.answers().size()); i++) {
                Answer answer = answered.answers().get(i);
                List<ChatMessage> messages = answer.prompt().messages();
                ObjectNode line = mapper.createObjectNode()
                        .put("step", answered.result().iteration())
                        .put("prompt", messages.get(messages.size() - 1).content())
                        .put("answer", answer.text())
                        .put("reward", answered.rewards().get(i).value());
                lines.append(mapper.writeValueAsString(line)).append('\n');
            }
            Files.writeString(file, lines, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw FileErrors.unchecked("cannot write", file, e);
        }
    }
}
