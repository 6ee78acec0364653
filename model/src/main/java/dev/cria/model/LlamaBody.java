package dev.cria.model;

import dev.cria.core.autograd.Parameter;
import dev.cria.core.autograd.Parameters;
import dev.cria.core.autograd.Tape;
import dev.cria.core.ops.RotaryTable;
import dev.cria.core.ops.Segments;
import dev.cria.core.ops.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;

/** A Llama without its head: from tokens to the last hidden states, normed. */
final class LlamaBody {
    static final String EMBEDDING = "model.embed_tokens.weight";
    static final String FINAL_NORM = "model.norm.weight";

    private final LlamaConfig config;
    private final RotaryTable rope;
    private final Parameter embedding; // [vocab, hidden]
    private final List<LlamaBlock> blocks = new ArrayList<>();
    private final List<List<Parameter>> matrices = new ArrayList<>(); // of each block
    private final Parameter finalNorm; // [hidden]

    /** A body of given weights. */
    LlamaBody(LlamaConfig config, Parameters parameters) {
        this.config = config;
        this.rope = new RotaryTable(config.headSize(), config.ropeTheta(), config.maxPositionEmbeddings());
        this.embedding = parameters.get(EMBEDDING);
        for (int layer = 0; layer < config.numHiddenLayers(); layer++) {
            blocks.add(LlamaBlock.of(parameters, config, layer));
            matrices.add(blocks.get(layer).matrices());
        }
        this.finalNorm = parameters.get(FINAL_NORM);
    }

    /** Names and shapes of the weights, in Hugging Face's order. */
    static List<Parameters.Spec> specs(LlamaConfig config) {
        List<Parameters.Spec> specs = new ArrayList<>();
        specs.add(new Parameters.Spec(EMBEDDING, config.vocabSize(), config.hiddenSize()));
        for (int layer = 0; layer < config.numHiddenLayers(); layer++) {
            specs.addAll(LlamaBlock.specs(config, layer));
        }
        specs.add(new Parameters.Spec(FINAL_NORM, config.hiddenSize()));
        return specs;
    }

    /** The last hidden states of a ragged batch: [tokens, hidden]. */
    Tensor hidden(Tape tape, int[] tokens, Segments segments) {
        LlamaBlock.Attention causal = (t, q, k, v) -> t.causalAttention(q, k, v, config.headSize(), segments);
        return hidden(tape, tokens, segments.positions(), layer -> causal);
    }

    /** {@link #hidden} of tokens at the given positions, with each layer's way of attending. */
    Tensor hidden(Tape tape, int[] tokens, int[] positions, IntFunction<LlamaBlock.Attention> attentions) {
        rope.check(positions);
        Tensor x = tape.embedding(embedding, tokens);
        for (int layer = 0; layer < blocks.size(); layer++) {
            LlamaBlock block = blocks.get(layer);
            LlamaBlock.Attention attention = attentions.apply(layer);
            x = tape.block(x, matrices.get(layer), (t, h) -> block.forward(t, h, rope, positions, attention));
        }
        return tape.rmsNorm(x, finalNorm, config.rmsNormEps());
    }
}
