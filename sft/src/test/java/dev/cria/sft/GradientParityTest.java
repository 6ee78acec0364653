package dev.cria.sft;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.cria.core.Engine;
import dev.cria.core.autograd.Parameter;
import dev.cria.core.autograd.Scalar;
import dev.cria.core.autograd.Tape;
import dev.cria.core.checkpoint.Safetensors;
import dev.cria.core.data.RaggedBatch;
import dev.cria.core.ops.Tensor;
import dev.cria.core.ops.cpu.CpuOps;
import dev.cria.model.Llama;
import dev.cria.tokenizer.ByteTokenizer;
import dev.cria.tokenizer.ChatFormat;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.api.buffer.DataType;

/** A packed, masked batch of chats of several turns against PyTorch, which computed the same rows one by one. */
class GradientParityTest {
    private static final int VERSION = 1;

    enum Kernels {
        REFERENCE,
        CPU;

        Engine engine() {
            return this == CPU ? Engine.of(CpuOps.create()) : Engine.reference(DataType.FLOAT);
        }
    }

    @ParameterizedTest
    @EnumSource
    void lossAndEveryGradient(Kernels kernels) throws IOException {
        JsonNode expected = new ObjectMapper()
                .readTree(TestFiles.parity().resolve("expected.json").toFile());
        assertThat(expected.path("version").asInt())
                .as("the fixture's version; run make_fixtures.py again")
                .isEqualTo(VERSION);
        RaggedBatch batch = batch();
        assertThat(batch.targetCount()).isEqualTo(expected.path("targets").asInt());
        assertThat(batch.segments().count()).isEqualTo(4);
        try (Engine engine = kernels.engine();
                Llama model = Llama.load(engine, TestFiles.parity());
                Safetensors gradients = Safetensors.open(TestFiles.parity(), "gradients");
                Tape tape = engine.recording()) {
            Scalar loss = FineTuning.objective(model).loss(tape, batch).value();
            tape.backward(loss);
            double wanted = expected.path("loss").asDouble();
            assertThat(Math.abs(loss.value() - wanted) / wanted).isLessThan(1e-6);
            Map<String, Double> differences = new TreeMap<>();
            for (Parameter parameter : model.parameters().all()) {
                differences.put(
                        parameter.name(), difference(engine, parameter.gradient(), gradients.read(parameter.name())));
            }
            assertThat(differences.keySet()).isEqualTo(gradients.tensors().keySet());
            // Single precision on both sides: the project's bound for gradients.
            assertThat(differences.values()).as("%s", differences).allMatch(d -> d < 1e-4);
        }
    }

    /** Four chats packed into two sequences of at most 300 tokens, in a shuffled order. */
    private static RaggedBatch batch() {
        ChatRows rows = new ChatRows(ChatFormat.llama2(new ByteTokenizer()), 256, Overlong.DROP);
        List<Conversation> conversations = new ArrayList<>(ChatData.read(TestFiles.golden("chat.jsonl")));
        conversations.addAll(ChatImport.SHAREGPT.read(TestFiles.golden("sharegpt.json")));
        conversations.addAll(ChatImport.GSM8K.read(TestFiles.golden("gsm8k.jsonl")));
        conversations.forEach(rows::add);
        ChatBatches batches = new ChatBatches(rows.rows(), Packing.ISOLATED, 300, 2, 1);
        RaggedBatch batch = batches.next();
        assertThat(batches.batches(1)).isEqualTo(1);
        return batch;
    }

    /** max abs(a - b) / max abs(b). */
    private static double difference(Engine engine, Tensor gradient, float[] expected) {
        float[] actual = new float[expected.length];
        engine.ops().download(actual, 0, gradient, actual.length);
        double most = 0;
        double scale = 0;
        for (int i = 0; i < actual.length; i++) {
            most = Math.max(most, Math.abs(actual[i] - expected[i]));
            scale = Math.max(scale, Math.abs(expected[i]));
        }
        return most / scale;
    }
}
