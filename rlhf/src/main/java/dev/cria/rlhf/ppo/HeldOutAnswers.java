package dev.cria.rlhf.ppo;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.cria.rlhf.sampling.Answer;
import dev.cria.sft.AnswerFile;
import dev.cria.tokenizer.ChatMessage;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Answers to the same few held-out prompts over time, in {@code answers.jsonl}: for people to read. */
final class HeldOutAnswers {
    private final AnswerFile file;
    private final int count;

    HeldOutAnswers(Path run, int count) {
        this.file = new AnswerFile(run);
        this.count = count;
    }

    /** Drops what was written after an iteration that the run goes on from. */
    void keepUpTo(long iteration) {
        file.keepUpTo(iteration);
    }

    void write(HeldOut.Answered answered) {
        List<ObjectNode> lines = new ArrayList<>();
        for (int i = 0; i < Math.min(count, answered.answers().size()); i++) {
            Answer answer = answered.answers().get(i);
            List<ChatMessage> messages = answer.prompt().messages();
            lines.add(JsonNodeFactory.instance
                    .objectNode()
                    .put(AnswerFile.STEP, answered.result().iteration())
                    .put("prompt", messages.get(messages.size() - 1).content())
                    .put("answer", answer.text())
                    .put("reward", answered.rewards().get(i).value()));
        }
        file.append(lines);
    }
}
