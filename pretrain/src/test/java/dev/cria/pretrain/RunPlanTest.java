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
    /** The arena grows by half of what it has, and a tensor that does not fit leaves the end of a slab unused. */
    private static final double ARENA_RESERVE = 1.75;

    @ParameterizedTest
    @ValueSource(
            strings = {
                "model.preset=XS data.contextLength=256 data.batchSize=8",
                "model.preset=XS model.vocabSize=8000 data.contextLength=256 data.batchSize=8",
                "model.preset=XS model.numHiddenLayers=12 data.contextLength=256 data.batchSize=8 training.activationCheckpointing=true",
            })
    void theEstimateOfActivationsIsWhatTheArenaHolds(String settings) {
        PretrainConfig config = ConfigLoader.of(PretrainConfig.class)
                .presets("model", LlamaPresets.presets())
                .set(List.of(settings.split(" ", -1)))
                .load();
        TrainingMemory plan = RunPlan.of(config).memory();

        assertThat(arenaBytes(config) / (double) (plan.activations() + plan.logits()))
                .as("arena over estimate")
                .isBetween(1.0, ARENA_RESERVE);
    }

    private static long arenaBytes(PretrainConfig config) {
        int[] row = IntStream.range(0, config.data().contextLength() + 1)
                .map(t -> t % config.model().vocabSize())
                .toArray();
        RaggedBatch batch = RaggedBatch.nextToken(
                IntStream.range(0, config.data().batchSize()).mapToObj(i -> row).toArray(int[][]::new));
        Tape.Mode mode = config.training().activationCheckpointing() ? Tape.Mode.CHECKPOINTING : Tape.Mode.RECORDING;
        try (Engine engine = Engine.create();
                Llama model =
                        Llama.random(engine, config.model().withMaxPositionEmbeddings(row.length), 1, name -> true)) {
            try (Tape tape = engine.tape(mode, 1)) {
                tape.backward(model.loss(tape, batch));
            }
            return engine.arena().peak() * Float.BYTES;
        }
    }
}
