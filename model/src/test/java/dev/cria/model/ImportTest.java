package dev.cria.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.cria.core.Engine;
import dev.cria.core.checkpoint.DType;
import dev.cria.core.checkpoint.NamedTensor;
import dev.cria.core.checkpoint.Safetensors;
import dev.cria.core.checkpoint.SafetensorsWriter;
import dev.cria.core.io.InvalidFileException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.linalg.api.buffer.DataType;

/** Foreign model directories: what is honoured, what is refused and by what words. */
class ImportTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    private Path directory;

    private final Engine engine = Engine.reference(DataType.FLOAT);

    @BeforeEach
    void saveAModel() {
        try (Llama model = TinyModels.llama(engine, 3)) {
            model.save(directory);
        }
    }

    @AfterEach
    void close() {
        engine.close();
    }

    private LlamaConfig load() {
        try (Llama model = Llama.loadForInference(engine, directory)) {
            return model.config();
        }
    }

    private void edit(Consumer<ObjectNode> change) throws IOException {
        Path file = directory.resolve("config.json");
        ObjectNode config = (ObjectNode) JSON.readTree(file.toFile());
        change.accept(config);
        JSON.writeValue(file.toFile(), config);
    }

    private void rewriteWeights(UnaryOperator<List<NamedTensor>> change) {
        List<NamedTensor> tensors = new ArrayList<>();
        try (Safetensors file = Safetensors.open(directory)) {
            file.tensors()
                    .forEach((name, stored) ->
                            tensors.add(NamedTensor.of(name, DType.F32, file.read(name), stored.sizes())));
        }
        SafetensorsWriter.write(directory, "model", change.apply(tensors), SafetensorsWriter.DEFAULT_SHARD_BYTES);
    }

    @ParameterizedTest(name = "{0} = {1}")
    @CsvSource(
            delimiter = '|',
            value = {
                "rope_scaling       | {\"rope_type\": \"llama3\", \"factor\": 8.0} | rope_scaling.rope_type",
                "rope_scaling       | {\"type\": \"linear\", \"factor\": 2.0}      | rope_scaling.type",
                "rope_scaling       | {\"factor\": 2.0}                            | rope_scaling.factor",
                "rope_parameters    | {\"rope_type\": \"yarn\"}                    | rope_parameters.rope_type",
                "rope_parameters    | {\"partial_rotary_factor\": 0.5}             | rope_parameters.partial_rotary_factor",
                "rope_parameters    | 7                                            | rope_parameters must be an object",
                "attention_bias     | true                                         | attention_bias",
                "mlp_bias           | true                                         | mlp_bias",
                "attention_dropout  | 0.1                                          | attention_dropout",
                "sliding_window     | 4096                                         | sliding_window",
                "quantization_config| {\"bits\": 4}                                | quantization_config",
                "model_type         | \"mistral\"                                  | model_type",
                "hidden_act         | \"gelu\"                                     | hidden_act",
                "logit_scale        | 0.25                                         | logit_scale",
                "head_dim           | 7                                            | headDim must be even",
                "hidden_size        | \"32\"                                       | hidden_size must be an integer",
                "vocab_size         | 4000000000                                   | vocab_size must be an integer",
                "hidden_size        | 32.9                                         | hidden_size must be an integer, is 32.9",
                "hidden_size        | 32.0                                         | hidden_size must be an integer, is 32.0",
                "eos_token_id       | [7.5, 8]                                     | eos_token_id[0] must be an integer, is 7.5",
                "rms_norm_eps       | null                                         | ",
                "attention_dropout  | 0.0                                          | ",
                "eos_token_id       | [7, 8]                                       | ",
                "rope_scaling       | {\"rope_type\": \"default\"}                 | ",
            })
    void aKeyIsHonouredOrRefusedByName(String key, String value, String refusal) throws IOException {
        var json = JSON.readTree(value);
        edit(config -> config.set(key, json));
        if (refusal == null) {
            load();
        } else {
            assertThatThrownBy(this::load)
                    .isInstanceOf(InvalidFileException.class)
                    .hasMessageContaining("config.json: ")
                    .hasMessageContaining(refusal);
        }
    }

    @Test
    void bothFormsOfTheRopeKeysAreRead() throws IOException {
        edit(config -> config.put("rope_theta", 500000.0));
        assertThat(load().ropeTheta()).isEqualTo(500000);
        edit(config -> config.putObject("rope_parameters").put("rope_type", "default"));
        assertThat(load().ropeTheta()).isEqualTo(500000); // of the older key
        edit(config -> config.putObject("rope_parameters").put("rope_theta", 20000));
        assertThat(load().ropeTheta()).isEqualTo(20000);
    }

    @Test
    void specialTokensSurvive() throws IOException {
        edit(config ->
                config.putNull("bos_token_id").putArray("eos_token_id").add(9).add(8));
        assertThat(load().bosTokenId()).isEqualTo(-1);
        assertThat(load().eosTokenId()).isEqualTo(9);
    }

    @Test
    void missingExtraAndMisshapedTensorsAreNamedTogether() {
        rewriteWeights(tensors -> {
            tensors.removeIf(t -> t.name().equals("model.norm.weight"));
            tensors.removeIf(t -> t.name().equals("model.layers.0.mlp.up_proj.weight"));
            tensors.add(NamedTensor.of("model.layers.0.mlp.up_proj.weight", DType.F32, new float[4], 2, 2));
            tensors.add(NamedTensor.of("model.layers.0.self_attn.q_proj.bias", DType.F32, new float[2], 2));
            return tensors;
        });
        assertThatThrownBy(this::load)
                .isInstanceOf(InvalidFileException.class)
                .hasMessageContaining("missing [model.norm.weight]")
                .hasMessageContaining("extra [model.layers.0.self_attn.q_proj.bias]")
                .hasMessageContaining("misshaped [model.layers.0.mlp.up_proj.weight [2, 2], not [88, 32]]");
    }

    @Test
    void aTiedHeadMayLieInTheFileIfItIsTheEmbedding() {
        rewriteWeights(tensors -> {
            tensors.add(copyOf(tensors, "model.embed_tokens.weight", "lm_head.weight"));
            return tensors;
        });
        assertThat(load().tieWordEmbeddings()).isTrue();
        rewriteWeights(tensors -> {
            tensors.removeIf(t -> t.name().equals("lm_head.weight"));
            tensors.add(NamedTensor.of("lm_head.weight", DType.F32, new float[258 * 32], 258, 32));
            return tensors;
        });
        assertThatThrownBy(this::load).hasMessageContaining("lm_head.weight differs");
    }

    private static NamedTensor copyOf(List<NamedTensor> tensors, String name, String copy) {
        NamedTensor original = tensors.stream()
                .filter(tensor -> tensor.name().equals(name))
                .findFirst()
                .orElseThrow();
        return new NamedTensor(copy, original.dtype(), original.shape(), original.source());
    }

    @Test
    void anUntiedHeadMustBeThere() throws IOException {
        edit(config -> config.put("tie_word_embeddings", false));
        assertThatThrownBy(this::load).hasMessageContaining("missing [lm_head.weight]");
    }

    @ParameterizedTest
    @CsvSource({
        "hidden_size, misshaped",
        "vocab_size, misshaped",
        "num_hidden_layers, 'numHiddenLayers must be at most 10000, got 2147483584'",
        "max_position_embeddings, 'config.json: maxPositionEmbeddings must be at most 16777216, got 2147483584'"
    })
    void aHostileConfigurationAllocatesNothing(String key, String message) throws IOException {
        edit(config -> config.put(key, Integer.MAX_VALUE - 63)); // a multiple of the heads
        assertThatThrownBy(this::load)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(message);
    }

    @Test
    void positionsThatAreNotUsedTakeNoMemory() throws IOException {
        edit(config -> config.put("max_position_embeddings", 1 << 24));
        assertThat(load().maxPositionEmbeddings()).isEqualTo(1 << 24);
    }

    @Test
    void moreLayersThanTheFileCanHoldAreRefusedBeforeAllocation() throws IOException {
        edit(config -> config.put("num_hidden_layers", 9000));
        assertThatThrownBy(this::load).hasMessageContaining("claims 9000 layers");
    }

    @Test
    void moreRowsThanAnyModelHasAreRefusedWithTheirTensor() throws IOException {
        Files.delete(directory.resolve("config.json"));
        Files.writeString(directory.resolve("params.json"), "{\"dim\": 32, \"n_layers\": 2, \"n_heads\": 4}");
        rewriteWeights(tensors ->
                List.of(NamedTensor.of("tok_embeddings.weight", DType.F32, new float[0], 4_294_967_296L, 0)));
        assertThatThrownBy(this::load)
                .isInstanceOf(InvalidFileException.class)
                .hasMessageContaining("model.safetensors: ")
                .hasMessageContaining("\"tok_embeddings.weight\" has 4294967296 rows");
    }

    @ParameterizedTest
    @CsvSource({"consolidated.00.pth, torch.load", "pytorch_model.bin, save_pretrained"})
    void picklesAreRefusedWithTheCommandThatConvertsThem(String name, String command) throws IOException {
        Files.delete(directory.resolve("model.safetensors"));
        Files.write(directory.resolve(name), new byte[] {1});
        assertThatThrownBy(this::load)
                .isInstanceOf(InvalidFileException.class)
                .hasMessageContaining(name)
                .hasMessageContaining(command)
                .hasMessageNotContaining("\n");
    }

    @Test
    void anEmptyDirectorySaysWhatIsWanted(@TempDir Path empty) {
        assertThatThrownBy(() -> Llama.loadForInference(engine, empty)).hasMessageContaining("model.safetensors");
    }
}
