package dev.cria.pretrain;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cria.core.Engine;
import dev.cria.core.autograd.Tape;
import dev.cria.core.config.ConfigLoader;
import dev.cria.core.data.RaggedBatch;
import dev.cria.model.Llama;
import dev.cria.model.LlamaPresets;
import dev.cria.model.TrainingMemory;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a plan says of memory, against what a step takes. */
class RunPlanTest {
    /** The estimate adds up the last layers' gradients and the logits, which take turns. */
    private static final double SMALLEST_SHARE = 0.85;

    @ParameterizedTest
    @ValueSource(
            strings = {
                "model.preset=XS data.contextLength=256 data.batchSize=8",
                "model.preset=XS model.vocabSize=8000 data.contextLength=256 data.batchSize=8",
                "model.preset=XS model.hiddenSize=512 model.vocabSize=8000 data.contextLength=128 data.batchSize=4",
                "model.preset=XS model.numHiddenLayers=8 data.contextLength=64 data.batchSize=1",
                "model.preset=XS model.numHiddenLayers=8 data.contextLength=64 data.batchSize=1 training.accumulation=2",
                "model.preset=XS model.numHiddenLayers=12 data.contextLength=256 data.batchSize=8 training.activationCheckpointing=true",
            })
    void theEstimateOfActivationsIsWhatTheArenaUses(String settings) {
        PretrainConfig config = ConfigLoader.of(PretrainConfig.class)
                .presets("model", LlamaPresets.presets())
                .set(List.of(settings.split(" ", -1)))
                .load();
        TrainingMemory plan = RunPlan.of(config).memory();

        assertThat(usedBytes(config) / (double) (plan.activations() + plan.logits()))
                .as("most that was used over the estimate")
                .isBetween(SMALLEST_SHARE, 1.0);
    }

    private static long usedBytes(PretrainConfig config) {
        int[] row = IntStream.range(0, config.data().contextLength() + 1)
                .map(t -> t % config.model().vocabSize())
                .toArray();
        RaggedBatch batch = RaggedBatch.nextToken(
                IntStream.range(0, config.data().batchSize()).mapToObj(i -> row).toArray(int[][]::new));
        Tape.Mode mode = config.training().activationCheckpointing() ? Tape.Mode.CHECKPOINTING : Tape.Mode.RECORDING;
        try (Engine engine = Engine.create();
                Llama model =
                        Llama.random(engine, config.model().withMaxPositionEmbeddings(row.length), 1, name -> true)) {
            model.parameters().clearGradients(engine.ops()); // whose memory is lent to the first batch's activations
            for (int i = 0; i < config.training().accumulation(); i++) {
                try (Tape tape = engine.tape(mode, 1)) {
                    tape.backward(model.loss(tape, batch));
                }
            }
            return engine.arena().peak() * Float.BYTES;
        }
    }
}
