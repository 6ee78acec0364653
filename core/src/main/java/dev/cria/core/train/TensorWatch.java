package dev.cria.core.train;

import dev.cria.core.autograd.Parameter;
import dev.cria.core.autograd.Parameters;
import dev.cria.core.ops.Slab;
import dev.cria.core.ops.Tensor;
import dev.cria.core.ops.TensorOps;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Tells those listeners that ask for it how weights, gradients and updates are spread; costs nothing where none does. */
final class TensorWatch implements AutoCloseable {
    private final TensorOps ops;
    private final Parameters parameters;
    private final Listeners listeners;
    private @Nullable Slab before;
    private boolean watching;

    TensorWatch(TensorOps ops, Parameters parameters, Listeners listeners) {
        this.ops = ops;
        this.parameters = parameters;
        this.listeners = listeners;
    }

    /** Keeps the weights as they are before a step's update, if somebody asks for that step. */
    void beforeUpdate(long step) {
        watching = listeners.watchTensorsAt(step);
        if (watching) {
            if (before == null) {
                before = Slab.allocate(ops.dataType(), parameters.trainedLength());
            }
            ops.copy(flat(before), parameters.trained());
        }
    }

    /** Tells of the update, if there was one that somebody asked for. */
    void afterUpdate(long step) {
        if (!watching || before == null) {
            return;
        }
        watching = false;
        Tensor updates = flat(before);
        ops.addScaled(updates, updates, -2);
        ops.addScaled(updates, parameters.trained(), 1);
        List<TensorReport> reports = new ArrayList<>();
        for (Parameter parameter : parameters.all()) {
            Tensor gradient = parameter.gradient();
            if (gradient != null) {
                Tensor update = before.tensor(
                        parameters.offset(parameter), parameter.value().shape());
                reports.add(new TensorReport(
                        parameter.name(),
                        Distribution.of(ops, parameter.value()),
                        Distribution.of(ops, gradient),
                        Distribution.of(ops, update)));
            }
        }
        listeners.onTensors(step, reports);
    }

    private Tensor flat(Slab slab) {
        return slab.tensor(0, parameters.trainedLength());
    }

    @Override
    public void close() {
        if (before != null) {
            before.close();
        }
    }
}
