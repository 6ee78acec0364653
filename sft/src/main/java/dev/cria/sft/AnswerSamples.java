package dev.cria.sft;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.cria.core.train.StepReport;
import dev.cria.core.train.TrainingListener;
import dev.cria.model.generation.Sampling;
import dev.cria.tokenizer.ChatMessage;
import dev.cria.tokenizer.ChatRole;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Answers some held-out questions at each evaluation, greedily, into {@code answers.jsonl}: for people to read. */
final class AnswerSamples implements TrainingListener {
    private static final int MAX_TOKENS = 200;

    private final AnswerFile file;
    private final BaseModel base;
    private final List<Conversation> conversations;

    AnswerSamples(Path run, BaseModel base, List<Conversation> conversations) {
        this.file = new AnswerFile(run);
        this.base = base;
        this.conversations = conversations;
    }

    @Override
    public void onStart(long stepsDone, long totalSteps) {
        file.keepUpTo(stepsDone);
    }

    @Override
    public void onRewind(long fromStep, long toStep) {
        file.keepUpTo(toStep);
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
        List<ObjectNode> lines = new ArrayList<>();
        for (int i = 0; i < answers.size(); i++) {
            List<ChatMessage> prompt = prompts.get(i);
            lines.add(JsonNodeFactory.instance
                    .objectNode()
                    .put(AnswerFile.STEP, step)
                    .put("prompt", prompt.get(prompt.size() - 1).content())
                    .put("reference", conversations.get(i).answers().get(0))
                    .put("answer", answers.get(i)));
        }
        file.append(lines);
    }
}
