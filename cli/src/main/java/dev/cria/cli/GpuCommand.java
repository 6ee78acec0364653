package dev.cria.cli;

import dev.cria.core.ops.gpu.GpuCheck;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code cria gpu}: whether {@code --backend cuda} would work here. */
@Command(name = "gpu", description = "Names the GPU that --backend cuda computes on, or says why there is none.")
final class GpuCommand implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    @Override
    public Integer call() {
        spec.commandLine().getOut().println(GpuCheck.require());
        spec.commandLine().getOut().flush();
        return 0;
    }
}
