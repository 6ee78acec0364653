package dev.cria.rlhf.sampling;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.cria.sft.Conversation;
import dev.cria.sft.JsonItems;
import dev.cria.tokenizer.ChatMessage;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The best answer to a prompt.
 *
 * @param index of the prompt in its file
 * @param prompt what was asked
 * @param response the best answer; null if there was none to choose
 * @param reward its reward; null with the response
 * @param scores [samples], the rewards of all answers, in the order they were drawn
 */
public record BestSample(
        int index,
        RlPrompt prompt,
        @Nullable String response,
        @Nullable Reward reward,
        double[] scores) {
    /** Whether there is an answer to learn from: one was chosen, and it says something. */
    public boolean isUsable() {
        return response != null && !response.isBlank();
    }

    /**
     * Prompt and best answer as a conversation of which that answer is learned.
     *
     * @throws IllegalStateException if there is none
     */
    public Conversation conversation() {
        if (response == null || !isUsable()) {
            throw new IllegalStateException("no answer was chosen for prompt " + index);
        }
        List<ChatMessage> messages = new ArrayList<>(prompt.messages());
        messages.add(ChatMessage.assistant(response));
        return Conversation.of(messages).withLastAnswerLearned();
    }

    /** The reward; NaN if no answer was chosen. */
    public double rewardValue() {
        return reward == null ? Double.NaN : reward.value();
    }

    /** One line of JSON. */
    String toJson(ObjectMapper mapper) {
        ObjectNode line = mapper.createObjectNode().put("index", index);
        line.set("prompt", PromptFile.toJson(mapper, prompt.messages()));
        line.put("is_safety", prompt.isSafety()).put("response", response);
        Reward own = reward;
        line.put("reward", own == null ? null : own.value());
        line.set("parts", mapper.valueToTree(own == null ? Map.of() : own.parts()));
        line.set("scores", mapper.valueToTree(scores));
        try {
            return mapper.writeValueAsString(line);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a tree of texts and numbers can be written", e);
        }
    }

    static BestSample parse(JsonNode line) {
        Map<String, Double> parts = new LinkedHashMap<>();
        line.path("parts")
                .properties()
                .forEach(part -> parts.put(part.getKey(), part.getValue().asDouble()));
        double[] scores = new double[line.path("scores").size()];
        for (int i = 0; i < scores.length; i++) {
            scores[i] = line.path("scores").get(i).asDouble();
        }
        boolean chosen = line.hasNonNull("response");
        if (!line.path("index").isInt() || (chosen && !line.path("reward").isNumber())) {
            throw new IllegalArgumentException("it is no line of best-of samples: index or reward is missing");
        }
        return new BestSample(
                line.path("index").intValue(),
                PromptFile.parse(line),
                chosen ? JsonItems.text(line, "response") : null,
                chosen ? new Reward(line.path("reward").doubleValue(), parts) : null,
                scores);
    }
}
