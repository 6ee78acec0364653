package dev.cria.model;

import dev.cria.core.Engine;
import dev.cria.core.autograd.Parameter;
import dev.cria.core.autograd.Parameters;
import dev.cria.core.autograd.Scalar;
import dev.cria.core.autograd.Tape;
import dev.cria.core.data.RaggedBatch;
import dev.cria.core.ops.Segments;
import dev.cria.core.ops.Tensor;
import dev.cria.core.train.Trainable;
import java.nio.file.Path;
import java.util.function.Function;
import java.util.function.IntFunction;
import java.util.function.Predicate;
import org.nd4j.linalg.api.buffer.DataType;

/**
 * The decoder-only Transformer of the Llama 2 paper: RMSNorm before each layer, rotary position embedding, grouped-query
 * attention, SwiGLU, no biases.
 */
public final class Llama implements Trainable, AutoCloseable {
    static final String LM_HEAD = "lm_head.weight";

    private final LlamaConfig config;
    private final Engine engine;
    private final Parameters parameters;
    private final LlamaBody body;
    private final Parameter lmHead; // [vocab, hidden]

    private Llama(LlamaConfig config, Engine engine, Predicate<String> trained) {
        this(config, engine, engine.allocate(LlamaHead.LANGUAGE_MODEL.specs(config), trained));
    }

    private Llama(LlamaConfig config, Engine engine, Parameters parameters) {
        this.config = config;
        this.engine = engine;
        this.parameters = parameters;
        try {
            this.body = new LlamaBody(config, parameters);
            this.lmHead = parameters.get(config.tieWordEmbeddings() ? LlamaBody.EMBEDDING : LM_HEAD);
        } catch (RuntimeException | Error e) {
            parameters.close();
            throw e;
        }
    }

    /**
     * A model with random weights, ready to be trained.
     *
     * @param engine what it computes on; stays open when the model is closed
     * @param config sizes
     * @param seed of the initial weights
     */
    public static Llama random(Engine engine, LlamaConfig config, long seed) {
        return random(engine, config, seed, name -> true);
    }

    /** A model with random weights, of which only the named ones get gradients. */
    public static Llama random(Engine engine, LlamaConfig config, long seed, Predicate<String> trained) {
        return initialised(new Llama(config, engine, trained), seed);
    }

    /**
     * A model with zero weights, to be filled.
     *
     * @param engine what it computes on; stays open when the model is closed
     * @param config sizes
     * @param trained which weights get gradients
     */
    public static Llama zeros(Engine engine, LlamaConfig config, Predicate<String> trained) {
        return new Llama(config, engine, trained);
    }

    /** A model with zero weights for inference, of which the matrices lie in memory in a type of their own. */
    static Llama frozenZeros(Engine engine, LlamaConfig config, DataType matrixType) {
        return new Llama(
                config,
                engine,
                Parameters.frozen(engine.ops().dataType(), matrixType, LlamaHead.LANGUAGE_MODEL.specs(config)));
    }

    /** A model with random weights for inference, of which the matrices lie in memory in a type of their own. */
    public static Llama randomForInference(Engine engine, LlamaConfig config, long seed, DataType matrixType) {
        return initialised(frozenZeros(engine, config, matrixType), seed);
    }

    private static Llama initialised(Llama model, long seed) {
        return NewModel.filled(model, m -> LlamaInit.initialise(m.engine.ops(), m.config, m.parameters, seed));
    }

    /**
     * Loads a Hugging Face model directory for training.
     *
     * @throws IllegalArgumentException naming the file and the tensor that is missing, extra or misshaped
     */
    public static Llama load(Engine engine, Path directory) {
        return load(engine, directory, name -> true);
    }

    /** Loads a Hugging Face model directory for training the named weights; the others are frozen. */
    public static Llama load(Engine engine, Path directory, Predicate<String> trained) {
        return load(directory, config -> zeros(engine, config, trained));
    }

    /** Loads a Hugging Face model directory for inference: no gradients are allocated. */
    public static Llama loadForInference(Engine engine, Path directory) {
        return load(engine, directory, name -> false);
    }

    /**
     * Loads a Hugging Face model directory for inference with the matrices in a type of their own: BFLOAT16 halves the memory and,
     * where that is what limits it, doubles the speed of decoding. Such a model can be decoded, not trained or scored.
     */
    public static Llama loadForInference(Engine engine, Path directory, DataType matrixType) {
        return matrixType == engine.ops().dataType()
                ? loadForInference(engine, directory)
                : load(directory, config -> frozenZeros(engine, config, matrixType));
    }

    private static Llama load(Path directory, Function<LlamaConfig, Llama> empty) {
        return LlamaCheckpoint.load(directory, LlamaHead.LANGUAGE_MODEL, empty);
    }

    /**
     * A copy of this model with room for more tokens. New rows of the embedding and the LM head are the mean of the old ones.
     *
     * @param vocabSize number of ids, at least the present one
     * @param trained which weights of the copy get gradients
     */
    public Llama withVocabulary(int vocabSize, Predicate<String> trained) {
        return VocabularyGrowth.grow(this, vocabSize, trained);
    }

    /**
     * The last hidden states, normed: what the LM head and scalar heads read.
     *
     * @return [tokens, hidden]
     */
    public Tensor hidden(Tape tape, int[] tokens, Segments segments) {
        return body.hidden(tape, tokens, segments);
    }

    /** {@link #hidden} of tokens at the given positions, with each layer's way of attending. */
    Tensor hidden(Tape tape, int[] tokens, int[] positions, IntFunction<LlamaBlock.Attention> attentions) {
        return body.hidden(tape, tokens, positions, attentions);
    }

    /** Mean cross entropy over the batch's targets, in nats. */
    public Scalar loss(Tape tape, RaggedBatch batch) {
        return tape.linearCrossEntropy(targetStates(tape, batch), lmHead, batch.targetIds());
    }

    /** Natural-log probability of each target: [targets]. */
    public Tensor logProbs(Tape tape, RaggedBatch batch) {
        return tape.tokenLogProbs(targetStates(tape, batch), lmHead, batch.targetIds());
    }

    /** Natural-log probability of each segment's targets together: [segments]. */
    public Tensor sequenceLogProbs(Tape tape, RaggedBatch batch) {
        return tape.sumBy(
                logProbs(tape, batch), batch.targetSegments(), batch.segments().count());
    }

    /** Scores of the whole vocabulary after each of the given rows: [rows, vocab]. */
    public Tensor logits(Tape tape, int[] tokens, Segments segments, int[] rows) {
        return logits(tape, tape.gatherRows(hidden(tape, tokens, segments), rows));
    }

    /** Scores of the whole vocabulary: states [rows, hidden], result [rows, vocab]. */
    Tensor logits(Tape tape, Tensor states) {
        return tape.linear(states, lmHead);
    }

    /** Distributions of what follows: states [rows, hidden], temperatures [rows]. */
    void nextTokens(Tensor states, float[] temperatures, NextTokens next) {
        next.take(engine.ops(), states, lmHead.value(), temperatures);
    }

    /** Hidden states where there is a target; the LM head skips all others. */
    private Tensor targetStates(Tape tape, RaggedBatch batch) {
        batch.checkIds(config.vocabSize());
        Tensor hidden = hidden(tape, batch.tokens(), batch.segments());
        boolean everywhere = batch.targetCount() == batch.tokens().length;
        return everywhere ? hidden : tape.gatherRows(hidden, batch.targetRows());
    }

    /** Writes {@code config.json} and the weights as a Hugging Face model directory. */
    @Override
    public void save(Path directory, Function<Parameter, Tensor> weights) {
        LlamaCheckpoint.save(config, LlamaHead.LANGUAGE_MODEL, this, directory, weights);
    }

    /** Reads the weights of a Hugging Face model directory of the same sizes. */
    @Override
    public void load(Path directory) {
        LlamaCheckpoint.read(config, LlamaHead.LANGUAGE_MODEL, this, directory);
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
