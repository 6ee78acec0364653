package dev.cria.model;

import dev.cria.core.autograd.Parameter;
import dev.cria.core.checkpoint.Safetensors;
import dev.cria.core.checkpoint.StoredTensor;
import dev.cria.core.checkpoint.StrictJson;
import dev.cria.core.checkpoint.TensorFiles;
import dev.cria.core.io.InvalidFileException;
import dev.cria.core.ops.Tensor;
import dev.cria.core.ops.TensorOps;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;

/**
 * The layout of Meta's own releases, as safetensors: {@code params.json} and Meta's names. Meta turns neighbouring pairs
 * (2i, 2i + 1) of a query or key head, Hugging Face and Cria turn (i, i + headDim / 2), so these rows are reordered.
 */
record MetaLayout(LlamaConfig config) implements WeightLayout {
    private static final String PARAMS = "params.json";
    private static final String EMBEDDING = "tok_embeddings.weight";
    private static final long MAX_BYTES = 1 << 20;
    private static final int POSITIONS = 4096; // Llama 2's; params.json does not say

    private static final Map<String, String> TOP =
            Map.of(LlamaBody.EMBEDDING, EMBEDDING, LlamaBody.FINAL_NORM, "norm.weight", Llama.LM_HEAD, "output.weight");
    private static final Map<String, String> IN_BLOCK = Map.of(
            "self_attn.q_proj.weight", "attention.wq.weight",
            "self_attn.k_proj.weight", "attention.wk.weight",
            "self_attn.v_proj.weight", "attention.wv.weight",
            "self_attn.o_proj.weight", "attention.wo.weight",
            "mlp.gate_proj.weight", "feed_forward.w1.weight",
            "mlp.up_proj.weight", "feed_forward.w3.weight",
            "mlp.down_proj.weight", "feed_forward.w2.weight",
            "input_layernorm.weight", "attention_norm.weight",
            "post_attention_layernorm.weight", "ffn_norm.weight");

    static boolean isAt(Path directory) {
        return Files.exists(directory.resolve(PARAMS)) && !Files.exists(directory.resolve(LlamaConfigFile.NAME));
    }

    /** Sizes from {@code params.json}; vocabulary and feed-forward width from the tensors. */
    static MetaLayout read(Path directory, Safetensors weights) {
        Path file = directory.resolve(PARAMS);
        ConfigKeys keys = new ConfigKeys(file, StrictJson.readObject(file, MAX_BYTES));
        keys.refuseOthers(
                Set.of("dim", "n_layers", "n_heads", "n_kv_heads", "norm_eps", "rope_theta", "max_seq_len"),
                Set.of("vocab_size", "multiple_of", "ffn_dim_multiplier", "max_batch_size"));
        int heads = keys.integer("n_heads");
        try {
            return new MetaLayout(new LlamaConfig(
                    rows(weights, EMBEDDING),
                    keys.integer("dim"),
                    rows(weights, "layers.0.feed_forward.w1.weight"),
                    keys.integer("n_layers"),
                    heads,
                    keys.integer("n_kv_heads", heads),
                    0,
                    keys.integer("max_seq_len", POSITIONS),
                    keys.number("norm_eps", 1e-5),
                    keys.number("rope_theta", 10000),
                    false,
                    0.02,
                    1,
                    2));
        } catch (InvalidFileException e) {
            throw e;
        } catch (IllegalArgumentException e) {
            throw new InvalidFileException(file, String.valueOf(e.getMessage()));
        }
    }

    private static int rows(Safetensors weights, String name) {
        StoredTensor tensor = weights.tensor(name);
        if (tensor.shape().size() != 2) {
            throw new InvalidFileException(tensor.file(), "tensor \"%s\" is no matrix".formatted(name));
        }
        long rows = tensor.shape().get(0);
        if (rows > Integer.MAX_VALUE) {
            throw new InvalidFileException(
                    tensor.file(), "tensor \"%s\" has %d rows, more than any model".formatted(name, rows));
        }
        return (int) rows;
    }

    @Override
    public String stored(String name) {
        String top = TOP.get(name);
        if (top != null) {
            return top;
        }
        String[] parts = name.split("\\.", 4); // model.layers.N.rest
        return "layers." + parts[2] + "." + IN_BLOCK.get(parts[3]);
    }

    @Override
    public Set<String> ignored() {
        return Set.of("rope.freqs"); // follow from rope_theta
    }

    @Override
    public void read(TensorOps ops, Safetensors file, Parameter parameter) {
        boolean turned =
                parameter.name().endsWith("q_proj.weight") || parameter.name().endsWith("k_proj.weight");
        if (turned) {
            readTurned(ops, file.read(stored(parameter.name())), parameter.value());
        } else {
            TensorFiles.read(ops, file, stored(parameter.name()), parameter.value());
        }
    }

    /** Row 2i + j of a head becomes row i + j * headDim / 2. */
    private void readTurned(TensorOps ops, float[] values, Tensor weight) {
        int columns = weight.columns();
        int half = config.headSize() / 2;
        for (int row = 0; row < weight.rows(); row++) {
            int inHead = row % config.headSize();
            int target = row - inHead + inHead / 2 + inHead % 2 * half;
            ops.upload(weight.slice(target, target + 1), values, row * columns, columns);
        }
    }
}
