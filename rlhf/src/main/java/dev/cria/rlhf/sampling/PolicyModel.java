package dev.cria.rlhf.sampling;

import dev.cria.core.Engine;
import dev.cria.core.checkpoint.Checkpoints;
import dev.cria.model.Llama;
import dev.cria.model.TokenScorer;
import dev.cria.model.generation.TextGenerator;
import dev.cria.tokenizer.ChatFormat;
import dev.cria.tokenizer.ChatFormat.MarkPolicy;
import dev.cria.tokenizer.Tokenizer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** A chat model that answers, loaded with all it needs. */
public final class PolicyModel implements AutoCloseable {
    private final Path directory;
    private final Llama model;
    private final Tokenizer tokenizer;
    private final TextGenerator generator;
    private final AnswerSampler sampler;

    private PolicyModel(Path directory, Llama model, Tokenizer tokenizer, ChatFormat format, int sequences) {
        this.directory = directory;
        this.model = model;
        this.tokenizer = tokenizer;
        this.generator = new TextGenerator(model, tokenizer, sequences);
        this.sampler = new AnswerSampler(
                generator, prompt -> format.encode(prompt.messages()).ids());
    }

    /**
     * Loads a model.
     *
     * @param engine what it computes on; stays open
     * @param path a model directory, checkpoint or run
     * @param sequences most answers to write at once
     */
    public static PolicyModel load(Engine engine, Path path, int sequences) {
        Path directory = Checkpoints.resolve(path);
        Tokenizer tokenizer = Tokenizer.load(directory);
        ChatFormat format = ChatFormat.load(directory, tokenizer, MarkPolicy.ESCAPE);
        Llama model = Llama.loadForInference(engine, directory);
        try {
            return new PolicyModel(directory, model, tokenizer, format, sequences);
        } catch (RuntimeException e) {
            model.close();
            throw e;
        }
    }

    /** Answers with it. */
    public AnswerSampler sampler() {
        return sampler;
    }

    /**
     * Log-probabilities of answers that this or another model wrote.
     *
     * @param answers what to score; their prompts' tokens are read as they are
     * @return for each answer the natural log of each of its tokens' probability
     */
    public List<float[]> logProbs(List<Answer> answers) {
        List<float[]> scores = new TokenScorer(model)
                .score(answers.stream().map(Answer::sequence).toList());
        List<float[]> logProbs = new ArrayList<>();
        for (int i = 0; i < scores.size(); i++) {
            float[] all = scores.get(i); // of all tokens but the prompt's first
            logProbs.add(Arrays.copyOfRange(all, answers.get(i).promptIds().length - 1, all.length));
        }
        return logProbs;
    }

    /** Its tokenizer. */
    public Tokenizer tokenizer() {
        return tokenizer;
    }

    /** Tells it from other models, see {@link ModelFingerprint}. */
    public String fingerprint() {
        return ModelFingerprint.of(directory);
    }

    /** Frees the model. */
    @Override
    public void close() {
        generator.close();
        model.close();
    }
}
