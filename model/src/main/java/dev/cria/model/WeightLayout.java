package dev.cria.model;

import dev.cria.core.autograd.Parameter;
import dev.cria.core.checkpoint.Safetensors;
import dev.cria.core.checkpoint.TensorFiles;
import dev.cria.core.ops.TensorOps;
import java.util.Set;

/** How a directory names and lays out a Llama's weights. */
interface WeightLayout {
    /** The model's sizes. */
    LlamaConfig config();

    /** The name in the file of a weight that Hugging Face calls {@code name}. */
    String stored(String name);

    /** Names that may lie in the file and are not needed. */
    Set<String> ignored();

    /** Reads a weight. */
    default void read(TensorOps ops, Safetensors file, Parameter parameter) {
        TensorFiles.read(ops, file, stored(parameter.name()), parameter.value());
    }

    /** Hugging Face's: names and layout as they are here. */
    record HuggingFace(LlamaConfig config) implements WeightLayout {
        @Override
        public String stored(String name) {
            return name;
        }

        /** Some programs write the LM head beside the embedding that it is tied to. */
        @Override
        public Set<String> ignored() {
            return config.tieWordEmbeddings() ? Set.of(Llama.LM_HEAD) : Set.of();
        }
    }
}
