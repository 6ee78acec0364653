package dev.cria.cli;

import dev.cria.core.config.ConfigLoader;
import dev.cria.model.LlamaPresets;
import dev.cria.model.TrainingMemory;
import dev.cria.pretrain.PretrainConfig;
import dev.cria.pretrain.RunPlan;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code cria plan}: what a pretraining run would take, before it is begun. */
@Command(
        name = "plan",
        description = "Computes a run's parameters, memory, time, energy and CO2 from its configuration.")
final class PlanCommand implements Callable<Integer> {
    @Option(names = "--config", required = true, paramLabel = "FILE", description = "A pretraining configuration.")
    @SuppressWarnings("NullAway.Init") // set by picocli
    private Path config;

    @Option(names = "--set", paramLabel = "KEY=VALUE", description = "Overrides a key. May be repeated.")
    private List<String> settings = new ArrayList<>();

    @Option(
            names = "--flops-per-second",
            defaultValue = "1e11",
            paramLabel = "RATE",
            description = "What one device really does (${DEFAULT-VALUE}: two cores).")
    private double rate;

    @Option(names = "--devices", defaultValue = "1", description = "Number of devices (${DEFAULT-VALUE}).")
    private int devices;

    @Option(names = "--watts", defaultValue = "400", description = "Power of one device (${DEFAULT-VALUE}).")
    private double watts;

    @Option(
            names = "--grid-intensity",
            defaultValue = "0.423",
            paramLabel = "KG",
            description =
                    "CO2 equivalent of a kWh in kg (${DEFAULT-VALUE}, which the Llama 2 paper's table 2 implies).")
    private double gridIntensity;

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    @Override
    public Integer call() {
        if (!(rate > 0 && devices > 0 && watts >= 0 && gridIntensity >= 0)) {
            throw new IllegalArgumentException(
                    "--flops-per-second and --devices must be above 0, --watts and --grid-intensity at least 0");
        }
        RunPlan plan = RunPlan.of(PretrainCommand.resolved(ConfigLoader.of(PretrainConfig.class)
                .presets("model", LlamaPresets.presets())
                .file(config)
                .set(settings)
                .load()));
        PrintWriter out = spec.commandLine().getOut();
        line(out, "parameters", "%,d", plan.parameters());
        memory(out, plan.memory());
        line(out, "tokens a step", "%,d", plan.tokensPerStep());
        line(out, "tokens in all", "%,d", plan.tokens());
        line(out, "FLOPs a token", "%.3e", plan.flopsPerToken());
        line(out, "FLOPs in all", "%.3e", plan.totalFlops());
        double days = plan.days(rate * devices);
        line(out, "days", "%,.2f at %.3e FLOP/s on each of %d", days, rate, devices);
        double hours = days * 24 * devices;
        double energy = RunPlan.kilowattHours(hours, watts);
        line(out, "device hours", "%,.1f", hours);
        line(out, "energy", "%,.1f kWh at %.0f W a device", energy, watts);
        line(out, "CO2 equivalent", "%,.3f t at %.3f kg a kWh", energy * gridIntensity / 1000, gridIntensity);
        out.flush();
        return 0;
    }

    private static void memory(PrintWriter out, TrainingMemory memory) {
        line(out, "memory", "%s", gigabytes(memory.total()));
        line(out, "  weights", "%s", gigabytes(memory.weights()));
        line(out, "  gradients", "%s", gigabytes(memory.gradients()));
        line(out, "  optimizer", "%s", gigabytes(memory.optimizer()));
        line(out, "  running average", "%s", gigabytes(memory.average()));
        line(out, "  checkpoint copy", "%s", gigabytes(memory.staging()));
        line(out, "  activations", "%s, estimated", gigabytes(memory.activations()));
        line(out, "  logits", "%s", gigabytes(memory.logits()));
    }

    private static String gigabytes(long bytes) {
        return String.format(Locale.ROOT, "%,.3f GB", bytes / 1e9);
    }

    private static void line(PrintWriter out, String name, String format, Object... values) {
        out.printf(Locale.ROOT, "%-18s %s%n", name, String.format(Locale.ROOT, format, values));
    }
}
