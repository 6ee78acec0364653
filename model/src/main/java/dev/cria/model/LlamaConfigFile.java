package dev.cria.model;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.cria.core.checkpoint.StrictJson;
import dev.cria.core.io.FileErrors;
import dev.cria.core.io.InvalidFileException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;

/** {@code config.json} and {@code generation_config.json} with Hugging Face's keys. */
final class LlamaConfigFile {
    static final String NAME = "config.json";
    private static final String GENERATION = "generation_config.json";
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final long MAX_BYTES = 1 << 20;

    private static final Set<String> READ = Set.of(
            "model_type",
            "hidden_act",
            "vocab_size",
            "hidden_size",
            "intermediate_size",
            "num_hidden_layers",
            "num_attention_heads",
            "num_key_value_heads",
            "head_dim",
            "max_position_embeddings",
            "rms_norm_eps",
            "rope_theta",
            "rope_scaling",
            "rope_parameters",
            "tie_word_embeddings",
            "initializer_range",
            "bos_token_id",
            "eos_token_id");

    /** Keys that Transformers writes and that do not change what the model computes from given tokens. */
    private static final Set<String> HARMLESS = Set.of(
            "architectures",
            "transformers_version",
            "torch_dtype",
            "dtype",
            "use_cache",
            "pad_token_id",
            "pretraining_tp", // the order in which products are summed
            "return_dict",
            "id2label",
            "label2id",
            "tokenizer_class",
            "max_length",
            "temperature",
            "top_k",
            "top_p",
            "typical_p",
            "repetition_penalty",
            "length_penalty",
            "num_beams",
            "num_beam_groups",
            "num_return_sequences",
            "unsloth_fixed",
            "unsloth_version");

    private LlamaConfigFile() {}

    static void write(LlamaConfig config, LlamaHead head, Path directory) {
        ObjectNode json = MAPPER.createObjectNode();
        json.putArray("architectures").add(head.architecture());
        if (head == LlamaHead.SCALAR) { // without these Transformers takes it for a classifier with two labels
            json.putObject("id2label").put("0", "score");
            json.putObject("label2id").put("score", 0);
        }
        json.put("model_type", "llama")
                .put("vocab_size", config.vocabSize())
                .put("hidden_size", config.hiddenSize())
                .put("intermediate_size", config.intermediateSize())
                .put("num_hidden_layers", config.numHiddenLayers())
                .put("num_attention_heads", config.numAttentionHeads())
                .put("num_key_value_heads", config.numKeyValueHeads())
                .put("head_dim", config.headSize())
                .put("hidden_act", "silu")
                .put("max_position_embeddings", config.maxPositionEmbeddings())
                .put("rms_norm_eps", config.rmsNormEps())
                .put("rope_theta", config.ropeTheta())
                .put("attention_bias", false)
                .put("mlp_bias", false)
                .put("tie_word_embeddings", config.tieWordEmbeddings())
                .put("initializer_range", config.initializerRange())
                .put("torch_dtype", "float32");
        putTokenIds(json, config);
        write(directory.resolve(NAME), json);
        write(directory.resolve(GENERATION), putTokenIds(MAPPER.createObjectNode(), config));
    }

    private static ObjectNode putTokenIds(ObjectNode json, LlamaConfig config) {
        putId(json, "bos_token_id", config.bosTokenId());
        putId(json, "eos_token_id", config.eosTokenId());
        return json.putNull("pad_token_id");
    }

    private static void putId(ObjectNode json, String key, int id) {
        if (id < 0) {
            json.putNull(key);
        } else {
            json.put(key, id);
        }
    }

    private static void write(Path file, ObjectNode json) {
        try {
            MAPPER.writerWithDefaultPrettyPrinter().writeValue(file.toFile(), json);
        } catch (IOException e) {
            throw FileErrors.unchecked("cannot write", file, e);
        }
    }

    static LlamaConfig read(Path directory) {
        Path file = directory.resolve(NAME);
        ConfigKeys keys = new ConfigKeys(file, StrictJson.readObject(file, MAX_BYTES));
        keys.require("model_type", Set.of("llama"));
        keys.require("hidden_act", Set.of("silu", "swish")); // two names of one function
        double ropeTheta = ropeTheta(keys);
        keys.refuseOthers(READ, HARMLESS);
        int heads = keys.integer("num_attention_heads");
        try {
            return new LlamaConfig(
                    keys.integer("vocab_size"),
                    keys.integer("hidden_size"),
                    keys.integer("intermediate_size"),
                    keys.integer("num_hidden_layers"),
                    heads,
                    keys.integer("num_key_value_heads", heads),
                    keys.integer("head_dim", 0),
                    keys.integer("max_position_embeddings", 2048), // here and below: Transformers' defaults
                    keys.number("rms_norm_eps", 1e-6),
                    ropeTheta,
                    keys.bool("tie_word_embeddings", false),
                    keys.number("initializer_range", 0.02),
                    keys.tokenId("bos_token_id", 1),
                    keys.tokenId("eos_token_id", 2));
        } catch (InvalidFileException e) {
            throw e;
        } catch (IllegalArgumentException e) {
            throw new InvalidFileException(file, String.valueOf(e.getMessage()));
        }
    }

    /** Reads {@code rope_parameters} of Transformers 5 or the older {@code rope_theta}; other kinds of rope are refused. */
    private static double ropeTheta(ConfigKeys keys) {
        double theta = keys.number("rope_theta", 10000);
        for (String key : List.of("rope_scaling", "rope_parameters")) {
            if (keys.has(key)) {
                ConfigKeys rope = keys.nested(key);
                rope.require("rope_type", Set.of("default"));
                rope.require("type", Set.of("default"));
                theta = rope.number("rope_theta", theta);
                rope.refuseOthers(Set.of("rope_type", "type", "rope_theta"), Set.of());
            }
        }
        return theta;
    }
}
