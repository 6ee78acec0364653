package dev.cria.sft;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.cria.core.io.FileErrors;
import dev.cria.core.train.StepReport;
import dev.cria.core.train.TrainingListener;
import dev.cria.model.generation.Sampling;
import dev.cria.tokenizer.ChatMessage;
import dev.cria.tokenizer.ChatRole;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

/** Answers some held-out questions at each evaluation, greedily, into {@code answers.jsonl}: for people to read. */
final class AnswerSamples implements TrainingListener {
    private static final int MAX_TOKENS = 200;

    private final Path file;
    private final BaseModel base;
    private final List<Conversation> conversations;
    private final ObjectMapper mapper = new ObjectMapper();

    AnswerSamples(Path run, BaseModel base, List<Conversation> conversations) {
        this.file = run.resolve(FineTuning.ANSWERS);
        this.base = base;
        this.conversations = conversations;
    }

    @Override
    public void onStart(long stepsDone, long totalSteps) {
        keepUpTo(stepsDone);
    }

    @Override
    public void onRewind(long fromStep, long toStep) {
        keepUpTo(toStep);
    }

    /** Drops what was written after a step that the run goes back to. */
    private void keepUpTo(long step) {
        if (!Files.exists(file)) {
            return;
        }
        try {
            List<String> kept = new ArrayList<>();
            for (String line : Files.readAllLines(file)) {
                if (mapper.readTree(line).path("step").asLong() <= step) {
                    kept.add(line);
                }
            }
            Files.write(file, kept);
        } catch (IOException e) {
            throw FileErrors.unchecked("cannot write", file, e);
        }
    }

    @Override
    public void onStep(StepReport report) {
        if (report.validationLoss().isEmpty()) {
            return;
        }
        List<List<ChatMessage>> prompts =
                conversations.stream().map(AnswerSamples::prompt).toList();
        Sampling sampling = Sampling.greedy().withMaxTokens(MAX_TOKENS);
        try (ModelAnswers model = new ModelAnswers(base.model(), base.tokenizer(), base.format(), sampling)) {
            write(report.step(), prompts, model.answers(prompts));
        }
    }

    /** What is said before the first answer. */
    private static List<ChatMessage> prompt(Conversation conversation) {
        List<ChatMessage> messages = conversation.messages();
        int end = 0;
        while (messages.get(end).role() != ChatRole.ASSISTANT) {
            end++;
        }
        return messages.subList(0, end);
    }

    private void write(long step, List<List<ChatMessage>> prompts, List<String> answers) {
        StringBuilder lines = new StringBuilder();
        try {
            for (int i = 0; i < answers.size(); i++) {
                ObjectNode line = mapper.createObjectNode()
                        .put("step", step)
                        .put(
                                "prompt",
                                prompts.get(i).get(prompts.get(i).size() - 1).content())
                        .put("reference", conversations.get(i).answers().get(0))
                        .put("answer", answers.get(i));
                lines.append(mapper.writeValueAsString(line)).append('\n');
            }
            Files.writeString(file, lines, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw FileErrors.unchecked("cannot write", file, e);
        }
    }
}
