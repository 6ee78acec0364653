package dev.cria.model;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.cria.core.io.FileErrors;
import dev.cria.core.io.InvalidFileException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** {@code config.json} and {@code generation_config.json} with Hugging Face's keys. */
final class LlamaConfigFile {
    static final String NAME = "config.json";
    private static final String GENERATION = "generation_config.json";
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private LlamaConfigFile() {}

    static void write(LlamaConfig config, Path directory) {
        ObjectNode json = MAPPER.createObjectNode();
        json.putArray("architectures").add("LlamaForCausalLM");
        json.put("model_type", "llama")
                .put("vocab_size", config.vocabSize())
                .put("hidden_size", config.hiddenSize())
                .put("intermediate_size", config.intermediateSize())
                .put("num_hidden_layers", config.numHiddenLayers())
                .put("num_attention_heads", config.numAttentionHeads())
                .put("num_key_value_heads", config.numKeyValueHeads())
                .put("head_dim", config.headDim())
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
        JsonNode json;
        try {
            json = MAPPER.readTree(file.toFile());
        } catch (IOException e) {
            throw FileErrors.unchecked("cannot read", file, e);
        }
        Keys keys = new Keys(file, json);
        keys.require("model_type", "llama", List.of("llama"));
        keys.require("hidden_act", "silu", List.of("silu", "swish"));
        keys.requireFalse("attention_bias");
        keys.requireFalse("mlp_bias");
        keys.requireAbsent("rope_scaling");
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
                    keys.integer("max_position_embeddings", 2048),
                    keys.number("rms_norm_eps", 1e-6), // Transformers' default
                    keys.ropeTheta(),
                    json.path("tie_word_embeddings").asBoolean(false),
                    keys.number("initializer_range", 0.02),
                    keys.integer("bos_token_id", 1),
                    keys.integer("eos_token_id", 2));
        } catch (IllegalArgumentException e) {
            throw e instanceof InvalidFileException
                    ? e
                    : new InvalidFileException(file, String.valueOf(e.getMessage()));
        }
    }

    /** Typed access to the keys of one file. */
    private record Keys(Path file, JsonNode json) {
        int integer(String key) {
            if (!json.path(key).canConvertToInt()) {
                throw new InvalidFileException(file, key + " must be an integer, is " + json.path(key));
            }
            return json.path(key).intValue();
        }

        int integer(String key, int fallback) {
            return json.path(key).isMissingNode() || json.path(key).isNull() ? fallback : integer(key);
        }

        double number(String key, double fallback) {
            JsonNode value = json.path(key);
            if (value.isMissingNode() || value.isNull()) {
                return fallback;
            }
            if (!value.isNumber()) {
                throw new InvalidFileException(file, key + " must be a number, is " + value);
            }
            return value.doubleValue();
        }

        /** Reads {@code rope_theta}, or {@code rope_parameters} of Transformers 5; other kinds of rope are refused. */
        double ropeTheta() {
            JsonNode parameters = json.path("rope_parameters");
            if (!parameters.isObject()) {
                return number("rope_theta", 10000);
            }
            String type = parameters.path("rope_type").asText("default");
            if (!type.equals("default")) {
                throw new InvalidFileException(
                        file, "rope_type '%s' is not supported; only 'default' is".formatted(type));
            }
            return new Keys(file, parameters).number("rope_theta", 10000);
        }

        void require(String key, String fallback, List<String> known) {
            String value = json.path(key).asText(fallback);
            if (!known.contains(value)) {
                throw new InvalidFileException(
                        file, "%s '%s' is not supported; only %s is".formatted(key, value, known.get(0)));
            }
        }

        void requireFalse(String key) {
            if (json.path(key).asBoolean(false)) {
                throw new InvalidFileException(file, key + " is not supported; Llama 2 has no biases");
            }
        }

        void requireAbsent(String key) {
            if (!json.path(key).isMissingNode() && !json.path(key).isNull()) {
                throw new InvalidFileException(file, key + " is not supported: " + json.path(key));
            }
        }
    }
}
