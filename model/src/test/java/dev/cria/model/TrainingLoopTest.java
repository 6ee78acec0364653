package dev.cria.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.NullNode;
import dev.cria.core.Engine;
import dev.cria.core.data.BatchSource;
import dev.cria.core.data.RaggedBatch;
import dev.cria.core.ops.Tensor;
import dev.cria.core.optim.OptimizerConfig;
import dev.cria.core.train.Distribution;
import dev.cria.core.train.EvaluationConfig;
import dev.cria.core.train.Loss;
import dev.cria.core.train.StepHealth;
import dev.cria.core.train.StepReport;
import dev.cria.core.train.TensorReport;
import dev.cria.core.train.TrainingConfig;
import dev.cria.core.train.TrainingListener;
import dev.cria.core.train.TrainingLoop;
import dev.cria.core.train.TrainingSetup;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeMap;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.schedule.FixedSchedule;
import org.nd4j.linalg.schedule.ISchedule;
import org.nd4j.linalg.schedule.ScheduleType;
import org.nd4j.linalg.schedule.StepSchedule;

/** What the loop does with batches, schedules and listeners, on a tiny model. */
class TrainingLoopTest {
    private static final long SEED = 31;
    private static final RaggedBatch TEXT = RaggedBatch.nextToken(new int[] {1, 2, 3, 4, 5}, new int[] {6, 7, 8});
    private static final RaggedBatch NO_TARGETS = RaggedBatch.nextToken(new int[] {5}, new int[] {6});

    private final List<StepReport> steps = new ArrayList<>();
    private final TreeMap<Long, List<TensorReport>> tensors = new TreeMap<>();

    @Test
    void aStepWithoutTargetsChangesNothingAndIsNoNan() {
        ISchedule constant = new FixedSchedule(1e-3);
        float[] once = weightsAfter(1, 1, constant, TEXT);
        steps.clear();
        float[] amongEmptySteps = weightsAfter(3, 1, constant, NO_TARGETS, TEXT, NO_TARGETS);

        assertThat(amongEmptySteps).isEqualTo(once);
        assertThat(steps)
                .extracting(StepReport::health)
                .containsExactly(StepHealth.NO_TARGETS, StepHealth.GOOD, StepHealth.NO_TARGETS);
        assertThat(steps).allMatch(step -> Double.isFinite(step.loss()) && Double.isFinite(step.gradientNorm()));
    }

    @Test
    void aBatchWithoutTargetsAmongOthersOfAStepDoesNotCount() {
        assertThat(weightsAfter(2, 2, null, TEXT, NO_TARGETS)).isEqualTo(weightsAfter(2, 1, null, TEXT));
    }

    @Test
    void anyScheduleOfNd4jSetsTheRates() {
        ISchedule halving = new StepSchedule(ScheduleType.ITERATION, 0.5, 0.5, 2);

        weightsAfter(5, 1, halving, TEXT);

        assertThat(steps).extracting(StepReport::learningRate).containsExactly(0.5, 0.5, 0.25, 0.25, 0.125);
    }

    @Test
    void aFailureWhileClosingDoesNotHideWhyTheRunFailed() {
        List<Boolean> closed = new ArrayList<>();
        TrainingListener failing = new TrainingListener() {
            @Override
            public void onStep(StepReport report) {
                throw new IllegalStateException("the step failed");
            }

            @Override
            public void close() {
                throw new IllegalStateException("closing failed");
            }
        };
        TrainingListener closing = new TrainingListener() {
            @Override
            public void close() {
                closed.add(true);
            }
        };

        assertThatThrownBy(() -> weightsAfter(1, 1, null, List.of(failing, closing), TEXT))
                .hasMessage("the step failed")
                .hasSuppressedException(new IllegalStateException("closing failed"));
        assertThat(closed).hasSize(1);
    }

    @Test
    void tensorsAreReportedToThoseWhoAskForThem() {
        ISchedule constant = new FixedSchedule(1e-3);
        float[] before = weightsAfter(5, 1, constant, TEXT);
        tensors.clear();
        float[] after = weightsAfter(6, 1, constant, TEXT);

        assertThat(tensors.keySet()).containsExactly(3L, 6L);
        List<TensorReport> reports = tensors.lastEntry().getValue();
        assertThat(reports).extracting(TensorReport::name).contains("model.embed_tokens.weight", "model.norm.weight");
        double total =
                reports.stream().mapToDouble(report -> report.updates().sum()).sum();
        double expected = IntStream.range(0, after.length)
                .mapToDouble(i -> after[i] - before[i])
                .sum();
        assertThat(total).isCloseTo(expected, within(1e-5)); // sums of single-precision differences
        assertThat(reports).allSatisfy(report -> {
            assertThat(report.updateRatio()).isBetween(0.0, 1.0);
            assertThat(Arrays.stream(report.weights().bins()).sum())
                    .isEqualTo(report.weights().count());
            assertThat(report.gradients().deviation()).isNotNegative();
        });
    }

    @Test
    void aDistributionEqualsAPlainCount() {
        double[] values = DoubleStream.iterate(-3, v -> v + 0.37).limit(100).toArray();
        try (Engine engine = Engine.create();
                Llama model = TinyModels.llama(engine, SEED)) {
            Tensor tensor = model.parameters().trained().slice(0, 102);
            float[] floats = new float[102];
            IntStream.range(0, 100).forEach(i -> floats[i] = (float) values[i]);
            floats[100] = Float.NaN;
            floats[101] = Float.POSITIVE_INFINITY;
            engine.ops().upload(tensor, floats, 0, floats.length);

            Distribution counted = Distribution.of(engine.ops(), tensor);

            assertThat(counted.count()).isEqualTo(100);
            assertThat(counted.min()).isCloseTo(-3, within(1e-6));
            assertThat(counted.max()).isCloseTo(values[99], within(1e-4));
            assertThat(counted.mean()).isCloseTo(Arrays.stream(values).average().orElseThrow(), within(1e-4));
            assertThat(counted.meanMagnitude())
                    .isCloseTo(Arrays.stream(values).map(Math::abs).average().orElseThrow(), within(1e-4));
            assertThat(Arrays.stream(counted.bins()))
                    .allMatch(count -> count >= 3 && count <= 4); // 100 evenly spaced in 30
            assertThat(counted.upperLimit(Distribution.BINS - 1)).isEqualTo(counted.max());
        }
    }

    private float[] weightsAfter(long steps, int accumulation, @Nullable ISchedule schedule, RaggedBatch... batches) {
        return weightsAfter(steps, accumulation, schedule, List.of(watch()), batches);
    }

    private static float[] weightsAfter(
            long steps,
            int accumulation,
            @Nullable ISchedule schedule,
            List<TrainingListener> listeners,
            RaggedBatch... batches) {
        try (Engine engine = Engine.create();
                Llama model = TinyModels.llama(engine, SEED)) {
            TrainingSetup<RaggedBatch> setup = new TrainingSetup<>(
                    "test",
                    model,
                    (tape, batch) -> Loss.of(model.loss(tape, batch)),
                    cycle(batches),
                    null,
                    new TrainingConfig(steps, SEED, accumulation, false),
                    settings(),
                    new EvaluationConfig(0),
                    null,
                    NullNode.getInstance(),
                    listeners);
            (schedule == null ? new TrainingLoop<>(setup) : new TrainingLoop<>(setup, schedule)).run();
            Tensor trained = model.parameters().trained();
            float[] values = new float[(int) trained.length()];
            engine.ops().download(values, 0, trained, values.length);
            return values;
        }
    }

    private static OptimizerConfig settings() {
        return OptimizerConfig.defaults().withLearningRate(1e-3).withWarmupSteps(0);
    }

    private TrainingListener watch() {
        return new TrainingListener() {
            @Override
            public void onStep(StepReport report) {
                steps.add(report);
            }

            @Override
            public long tensorsEverySteps() {
                return 3;
            }

            @Override
            public void onTensors(long step, List<TensorReport> reports) {
                tensors.put(step, reports);
            }
        };
    }

    private static BatchSource<RaggedBatch> cycle(RaggedBatch... batches) {
        return new BatchSource<>() {
            private int at;

            @Override
            public RaggedBatch next() {
                return batches[at++ % batches.length];
            }

            @Override
            public JsonNode cursor() {
                return NullNode.getInstance();
            }

            @Override
            public void restore(JsonNode cursor) {
                throw new UnsupportedOperationException();
            }
        };
    }
}
