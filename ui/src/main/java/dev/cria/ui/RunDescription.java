package dev.cria.ui;

import com.sun.management.OperatingSystemMXBean;
import dev.cria.core.train.TensorReport;
import java.lang.management.ManagementFactory;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration.GraphBuilder;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.ui.model.stats.api.StatsInitializationReport;
import org.deeplearning4j.ui.model.stats.impl.java.JavaStatsInitializationReport;
import org.nd4j.linalg.factory.Nd4j;

/** What the pages show of a run that does not change: machine, software, and the model as a chain of boxes. */
final class RunDescription {
    private static final String INPUT = "tokens";

    /** The pages draw a graph only of DL4J's own kinds of model. */
    private static final String GRAPH = "org.deeplearning4j.nn.graph.ComputationGraph";

    private RunDescription() {}

    static StatsInitializationReport of(String run, String type, String worker, long time, List<TensorReport> tensors) {
        StatsInitializationReport report = new JavaStatsInitializationReport();
        report.reportIDs(run, type, worker, time);
        report.reportSoftwareInfo(
                System.getProperty("os.arch"),
                System.getProperty("os.name"),
                System.getProperty("java.vm.name"),
                System.getProperty("java.version"),
                System.getProperty("java.specification.version"),
                Nd4j.factory().getClass().getName(),
                "FLOAT",
                "",
                run,
                Map.of());
        report.reportHardwareInfo(
                Runtime.getRuntime().availableProcessors(),
                0,
                Runtime.getRuntime().maxMemory(),
                physicalMemory(),
                new long[0],
                new String[0],
                "");
        Set<String> layers = new LinkedHashSet<>();
        tensors.forEach(tensor -> layers.add(WeightName.of(tensor.name()).layer()));
        report.reportModelInfo(
                GRAPH,
                chain(layers),
                tensors.stream()
                        .map(tensor -> WeightName.of(tensor.name()).joined())
                        .toArray(String[]::new),
                layers.size(),
                tensors.stream().mapToLong(tensor -> tensor.weights().count()).sum());
        return report;
    }

    /** The layers one after another, as DL4J's JSON. */
    private static String chain(Set<String> layers) {
        GraphBuilder graph = new NeuralNetConfiguration.Builder().graphBuilder().addInputs(INPUT);
        String last = INPUT;
        for (String layer : layers) {
            graph.addLayer(layer, new LlamaLayer(layer), last);
            last = layer;
        }
        return graph.setOutputs(last).build().toJson();
    }

    /** Memory of the machine in bytes. */
    static long physicalMemory() {
        return ManagementFactory.getOperatingSystemMXBean() instanceof OperatingSystemMXBean system
                ? system.getTotalMemorySize()
                : 0;
    }
}
