package dev.cria.model;

import dev.cria.core.Engine;
import dev.cria.core.autograd.Parameter;
import dev.cria.core.autograd.Parameters;
import dev.cria.core.autograd.Tape;
import dev.cria.core.ops.Segments;
import dev.cria.core.ops.Tensor;
import dev.cria.core.train.Trainable;
import java.nio.file.Path;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * A Llama whose head gives one number for a token: a reward model reads it at the end of an answer (paper section 3.2.2), a
 * value model at every token. In files it is Transformers' {@code LlamaForSequenceClassification} with one label.
 */
public final class ScalarModel implements Trainable, AutoCloseable {
    static final String HEAD = "score.weight";

    private final LlamaConfig config;
    private final Engine engine;
    private final Parameters parameters;
    private final LlamaBody body;
    private final Parameter head; // [1, hidden]

    private ScalarModel(LlamaConfig config, Engine engine, Predicate<String> trained) {
        this.config = config;
        this.engine = engine;
        this.parameters = engine.allocate(LlamaHead.SCALAR.specs(config), trained);
        try {
            this.body = new LlamaBody(config, parameters);
            this.head = parameters.get(HEAD);
        } catch (RuntimeException | Error e) {
            parameters.close();
            throw e;
        }
    }

    /** A model with random weights, the head's of the standard deviation of all others. */
    public static ScalarModel random(Engine engine, LlamaConfig config, long seed) {
        return NewModel.filled(
                zeros(engine, config, name -> true),
                model -> LlamaInit.initialise(engine.ops(), config, model.parameters, seed));
    }

    /** A model with zero weights, to be filled. */
    static ScalarModel zeros(Engine engine, LlamaConfig config, Predicate<String> trained) {
        return new ScalarModel(config, engine, trained);
    }

    /**
     * Begins a reward or value model with the body of a language model, such as a chat model; its LM head is left behind.
     *
     * @param engine what it computes on; stays open when the model is closed
     * @param directory a Hugging Face model directory of a language model
     * @param headDeviation standard deviation of the new head's normal weights; with 0 every first score is 0
     * @param seed of the head's weights
     * @param trained which weights get gradients
     * @throws IllegalArgumentException naming the file and what is wrong with it, such as that it has a scalar head already
     */
    public static ScalarModel fromLanguageModel(
            Engine engine, Path directory, double headDeviation, long seed, Predicate<String> trained) {
        return NewModel.filled(
                LlamaCheckpoint.load(directory, LlamaHead.LANGUAGE_MODEL, config -> zeros(engine, config, trained)),
                model -> LlamaInit.initialiseHead(engine.ops(), model.head, headDeviation, seed));
    }

    /**
     * Loads a directory that {@link #save} or Transformers wrote, for training the named weights.
     *
     * @throws IllegalArgumentException naming the file and the tensor that is missing, extra or misshaped, such as a language
     *     model's head
     */
    public static ScalarModel load(Engine engine, Path directory, Predicate<String> trained) {
        return LlamaCheckpoint.load(directory, LlamaHead.SCALAR, config -> zeros(engine, config, trained));
    }

    /** Loads a directory that {@link #save} or Transformers wrote: no gradients are allocated. */
    public static ScalarModel loadForInference(Engine engine, Path directory) {
        return load(engine, directory, name -> false);
    }

    /**
     * The numbers of chosen tokens.
     *
     * @param tokens [tokens]
     * @param segments who sees whom
     * @param rows distinct indices of tokens
     * @return [rows]
     * @throws IllegalArgumentException if an id is outside the vocabulary
     */
    public Tensor values(Tape tape, int[] tokens, Segments segments, int[] rows) {
        return tape.scalarHead(tape.gatherRows(hidden(tape, tokens, segments), rows), head);
    }

    /** The numbers of all tokens: [tokens]. */
    public Tensor values(Tape tape, int[] tokens, Segments segments) {
        return tape.scalarHead(hidden(tape, tokens, segments), head);
    }

    private Tensor hidden(Tape tape, int[] tokens, Segments segments) {
        for (int id : tokens) {
            if (id < 0 || id >= config.vocabSize()) {
                throw new IllegalArgumentException(
                        "id %d is outside the vocabulary of %d; was the data made with another tokenizer?"
                                .formatted(id, config.vocabSize()));
            }
        }
        return body.hidden(tape, tokens, segments);
    }

    /** Writes {@code config.json} and the weights as a Hugging Face model directory. */
    @Override
    public void save(Path directory, Function<Parameter, Tensor> weights) {
        LlamaCheckpoint.save(config, LlamaHead.SCALAR, this, directory, weights);
    }

    /** Reads the weights of a directory of the same sizes. */
    @Override
    public void load(Path directory) {
        LlamaCheckpoint.read(config, LlamaHead.SCALAR, this, directory);
    }

    /** The sizes. */
    public LlamaConfig config() {
        return config;
    }

    @Override
    public Engine engine() {
        return engine;
    }

    @Override
    public Parameters parameters() {
        return parameters;
    }

    /** Frees the weights; the engine stays open. */
    @Override
    public void close() {
        parameters.close();
    }
}
