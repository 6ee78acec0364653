package dev.cria.ui;

import dev.cria.core.train.Distribution;
import dev.cria.core.train.StepReport;
import dev.cria.core.train.TensorReport;
import dev.cria.core.train.TrainingListener;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import org.bytedeco.javacpp.Pointer;
import org.deeplearning4j.core.storage.StatsStorage;
import org.deeplearning4j.ui.VertxUIServer;
import org.deeplearning4j.ui.model.stats.StatsListener;
import org.deeplearning4j.ui.model.stats.api.Histogram;
import org.deeplearning4j.ui.model.stats.api.StatsReport;
import org.deeplearning4j.ui.model.stats.api.StatsType;
import org.deeplearning4j.ui.model.stats.impl.java.JavaStatsReport;
import org.deeplearning4j.ui.model.storage.InMemoryStatsStorage;

/**
 * Hands a run's steps to DL4J's pages through a {@link StatsStorage}. They draw 512 points at most, and so many steps are
 * kept, in memory.
 */
final class StatsFeed implements TrainingListener {
    private static final int POINTS = 512;
    private static final String WORKER = "training";

    private final VertxUIServer server;
    private final String run;
    private final StatsStorage storage = new InMemoryStatsStorage();
    private final long begin = System.currentTimeMillis();
    private long every = 1;
    private long lastTime;
    private boolean known; // whether the pages know the model
    private List<TensorReport> tensors = List.of();

    StatsFeed(VertxUIServer server, String run) {
        this.server = server;
        this.run = run;
        server.attach(storage);
    }

    @Override
    public void onStart(long stepsDone, long totalSteps) {
        every = (totalSteps + POINTS - 1) / POINTS;
    }

    /** The first step describes the model; from then on as many as the pages draw. */
    @Override
    public long tensorsEverySteps() {
        return known ? every : 1;
    }

    @Override
    public void onTensors(long step, List<TensorReport> reports) {
        if (!known) {
            storage.putStaticInfo(RunDescription.of(run, StatsListener.TYPE_ID, WORKER, begin, reports));
            known = true;
        }
        tensors = reports;
    }

    @Override
    public void onStep(StepReport report) {
        if (!tensors.isEmpty()) {
            storage.putUpdate(statsOf(report));
            tensors = List.of();
        }
    }

    private StatsReport statsOf(StepReport step) {
        StatsReport stats = new JavaStatsReport();
        stats.reportIDs(run, StatsListener.TYPE_ID, WORKER, nextTime());
        stats.reportIterationCount((int) Math.min(step.step(), Integer.MAX_VALUE));
        stats.reportScore(step.loss());
        stats.reportLearningRates(learningRates(step));
        stats.reportPerformance(
                (long) (1000 * step.elapsedSeconds()),
                step.tokens(),
                step.step(),
                step.tokensPerSecond(),
                step.step() / step.elapsedSeconds());
        reportMemory(stats);
        report(stats, StatsType.Parameters, TensorReport::weights);
        report(stats, StatsType.Gradients, TensorReport::gradients);
        report(stats, StatsType.Updates, TensorReport::updates);
        return stats;
    }

    /** The storage knows updates by their millisecond. */
    private long nextTime() {
        lastTime = Math.max(lastTime + 1, System.currentTimeMillis());
        return lastTime;
    }

    private static void reportMemory(StatsReport stats) {
        Runtime runtime = Runtime.getRuntime();
        stats.reportMemoryUse(
                runtime.totalMemory() - runtime.freeMemory(),
                runtime.maxMemory(),
                Pointer.physicalBytes(),
                RunDescription.physicalMemory(),
                new long[0],
                new long[0]);
    }

    private void report(StatsReport stats, StatsType type, Function<TensorReport, Distribution> part) {
        Map<String, Distribution> values = new LinkedHashMap<>();
        Map<String, Histogram> histograms = new LinkedHashMap<>();
        for (TensorReport tensor : tensors) {
            WeightName name = WeightName.of(tensor.name());
            Distribution own = part.apply(tensor);
            values.put(name.joined(), own);
            values.merge(WeightName.allOf(name.layer()), own, StatsFeed::together);
            histograms.put(name.joined(), histogram(own));
        }
        stats.reportMean(type, each(values, Distribution::mean));
        stats.reportStdev(type, each(values, Distribution::deviation));
        stats.reportMeanMagnitudes(type, each(values, Distribution::meanMagnitude));
        stats.reportHistograms(type, histograms);
    }

    private static Map<String, Double> each(Map<String, Distribution> values, ToDoubleFunction<Distribution> function) {
        Map<String, Double> results = new LinkedHashMap<>();
        values.forEach((name, value) -> results.put(name, function.applyAsDouble(value)));
        return results;
    }

    /** Two tensors' values as those of one, without intervals. */
    private static Distribution together(Distribution a, Distribution b) {
        return new Distribution(
                a.count() + b.count(),
                Math.min(a.min(), b.min()),
                Math.max(a.max(), b.max()),
                a.sum() + b.sum(),
                a.sumOfSquares() + b.sumOfSquares(),
                a.sumOfMagnitudes() + b.sumOfMagnitudes(),
                new long[Distribution.BINS]);
    }

    private static Histogram histogram(Distribution values) {
        int[] counts = Arrays.stream(values.bins())
                .mapToInt(count -> (int) Math.min(count, Integer.MAX_VALUE))
                .toArray();
        return new Histogram(values.min(), values.max(), counts.length, counts);
    }

    private Map<String, Double> learningRates(StepReport step) {
        Map<String, Double> rates = new LinkedHashMap<>();
        tensors.forEach(tensor -> rates.put(WeightName.of(tensor.name()).joined(), step.learningRate()));
        return rates;
    }

    @Override
    public void close() {
        server.detach(storage);
        Dl4jDashboard.stop();
    }
}
