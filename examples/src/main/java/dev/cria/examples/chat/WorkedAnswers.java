package dev.cria.examples.chat;

import dev.cria.core.Engine;
import dev.cria.core.checkpoint.Checkpoints;
import dev.cria.model.Llama;
import dev.cria.model.generation.FinishReason;
import dev.cria.model.generation.GenerationRequest;
import dev.cria.model.generation.Sampling;
import dev.cria.model.generation.TextGenerator;
import dev.cria.sft.Conversation;
import dev.cria.tokenizer.ChatFormat;
import dev.cria.tokenizer.ChatMessage;
import dev.cria.tokenizer.Tokenizer;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;

/** Greedy answers to school problems, and whether they have the form of those that were learned. */
final class WorkedAnswers {
    private static final Pattern ENDS_WITH_NUMBER = Pattern.compile("(?s)(.*\\n)?#### -?[0-9][0-9,.]*\\s*");
    private static final int MAX_ANSWER = 320; // tokens

    private WorkedAnswers() {}

    /** Share of the answers that end by themselves, with a last line of the form {@code #### number}. */
    static double wellFormed(Path run, List<Conversation> asked) {
        Path directory = Checkpoints.resolve(run);
        Tokenizer tokenizer = Tokenizer.load(directory);
        ChatFormat format = ChatFormat.load(directory, tokenizer);
        Sampling greedy = Sampling.greedy().withMaxTokens(MAX_ANSWER);
        List<GenerationRequest> requests = asked.stream()
                .map(problem -> ChatMessage.user(problem.questions().get(0)))
                .map(question -> format.encode(List.of(question)).ids())
                .map(prompt -> new GenerationRequest(prompt, greedy, 1))
                .toList();
        try (Engine engine = Engine.create();
                Llama model = Llama.loadForInference(engine, directory);
                TextGenerator generator = new TextGenerator(model, tokenizer)) {
            long good = generator.generateAll(requests).stream()
                    .map(samples -> samples.get(0))
                    .filter(answer -> answer.finishReason() == FinishReason.STOP_TOKEN)
                    .filter(answer -> ENDS_WITH_NUMBER.matcher(answer.text()).matches())
                    .count();
            return (double) good / asked.size();
        }
    }
}
