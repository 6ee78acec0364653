package dev.cria.model;

import dev.cria.core.autograd.Parameter;
import dev.cria.core.autograd.Parameters;
import dev.cria.core.autograd.Tape;
import dev.cria.core.ops.RotaryTable;
import dev.cria.core.ops.Tensor;
import java.util.List;

/**
 * One block of the decoder: attention and a gated feed-forward layer, each normed before and added to the residual stream.
 *
 * @param attentionNorm [hidden]
 * @param wq [heads * headDim, hidden]
 * @param wk [kvHeads * headDim, hidden]
 * @param wv [kvHeads * headDim, hidden]
 * @param wo [hidden, heads * headDim]
 * @param ffnNorm [hidden]
 * @param wGate [intermediate, hidden]
 * @param wUp [intermediate, hidden]
 * @param wDown [hidden, intermediate]
 * @param eps of the norms
 */
record LlamaBlock(
        Parameter attentionNorm,
        Parameter wq,
        Parameter wk,
        Parameter wv,
        Parameter wo,
        Parameter ffnNorm,
        Parameter wGate,
        Parameter wUp,
        Parameter wDown,
        double eps) {

    /** How queries find the keys and values that they attend to: in their segment, or in a cache. */
    @FunctionalInterface
    interface Attention {
        /** q [tokens, heads * headDim], k and v [tokens, kvHeads * headDim], result like q. */
        Tensor attend(Tape tape, Tensor q, Tensor k, Tensor v);
    }

    Tensor forward(Tape tape, Tensor x, RotaryTable rope, int[] positions, Attention attention) { // x [tokens, hidden]
        List<Tensor> qkv = tape.normLinear(x, attentionNorm, eps, wq, wk, wv);
        Tensor q = tape.rotaryInPlace(qkv.get(0), rope, positions); // [tokens, heads * headDim]
        Tensor k = tape.rotaryInPlace(qkv.get(1), rope, positions); // [tokens, kvHeads * headDim]
        Tensor v = qkv.get(2);
        Tensor a = attention.attend(tape, q, k, v); // never crosses a segment
        x = tape.linearAdd(x, a, wo);
        List<Tensor> gateAndUp = tape.normLinear(x, ffnNorm, eps, wGate, wUp); // [tokens, intermediate] each
        return tape.swiGluLinearAdd(x, gateAndUp.get(0), gateAndUp.get(1), wDown);
    }

    /** The weights but for the norms' gains, in the order of {@link #specs}. */
    List<Parameter> matrices() {
        return List.of(wq, wk, wv, wo, wGate, wUp, wDown);
    }

    static LlamaBlock of(Parameters parameters, LlamaConfig config, int layer) {
        String at = prefix(layer);
        return new LlamaBlock(
                parameters.get(at + "input_layernorm.weight"),
                parameters.get(at + "self_attn.q_proj.weight"),
                parameters.get(at + "self_attn.k_proj.weight"),
                parameters.get(at + "self_attn.v_proj.weight"),
                parameters.get(at + "self_attn.o_proj.weight"),
                parameters.get(at + "post_attention_layernorm.weight"),
                parameters.get(at + "mlp.gate_proj.weight"),
                parameters.get(at + "mlp.up_proj.weight"),
                parameters.get(at + "mlp.down_proj.weight"),
                config.rmsNormEps());
    }

    /** Names and shapes of a block's weights, in Hugging Face's order. */
    static List<Parameters.Spec> specs(LlamaConfig config, int layer) {
        String at = prefix(layer);
        int hidden = config.hiddenSize();
        int ffn = config.intermediateSize();
        return List.of(
                new Parameters.Spec(at + "self_attn.q_proj.weight", config.queryWidth(), hidden),
                new Parameters.Spec(at + "self_attn.k_proj.weight", config.keyValueWidth(), hidden),
                new Parameters.Spec(at + "self_attn.v_proj.weight", config.keyValueWidth(), hidden),
                new Parameters.Spec(at + "self_attn.o_proj.weight", hidden, config.queryWidth()),
                new Parameters.Spec(at + "mlp.gate_proj.weight", ffn, hidden),
                new Parameters.Spec(at + "mlp.up_proj.weight", ffn, hidden),
                new Parameters.Spec(at + "mlp.down_proj.weight", hidden, ffn),
                new Parameters.Spec(at + "input_layernorm.weight", hidden),
                new Parameters.Spec(at + "post_attention_layernorm.weight", hidden));
    }

    private static String prefix(int layer) {
        return "model.layers." + layer + ".";
    }
}
