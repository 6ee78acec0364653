package dev.cria.core.optim;

import dev.cria.core.autograd.Parameter;
import dev.cria.core.autograd.Parameters;
import dev.cria.core.ops.Slab;
import dev.cria.core.ops.Tensor;
import dev.cria.core.ops.TensorOps;
import dev.cria.core.ops.TensorOps.AdamWUpdate;

/**
 * AdamW with decoupled decay (Loshchilov and Hutter 2019) in PyTorch's form, with clipping by the global norm, over a
 * model's flat buffers.
 */
public final class AdamW implements AutoCloseable {
    private static final double CLIP_EPS = 1e-6; // PyTorch's clip_grad_norm_ adds it to the norm

    private final TensorOps ops;
    private final Parameters parameters;
    private final OptimizerConfig config;
    private final Slab firstMoments;
    private final Slab secondMoments;
    private long steps;

    /** Two moments, views of the optimizer's flat state. */
    public record Moments(Tensor first, Tensor second) {}

    /**
     * An optimizer whose moments are zero.
     *
     * @param ops kernels
     * @param parameters weights with gradients
     * @param config rates and decays; the learning rate itself is given at each step
     */
    public AdamW(TensorOps ops, Parameters parameters, OptimizerConfig config) {
        this.ops = ops;
        this.parameters = parameters;
        this.config = config;
        if (parameters.trainedLength() == 0) {
            throw new IllegalArgumentException(
                    "the model has no weights to train: it was loaded for inference, or all are frozen");
        }
        this.firstMoments = Slab.allocate(ops.dataType(), parameters.trainedLength());
        this.secondMoments = Slab.allocate(ops.dataType(), parameters.trainedLength());
    }

    /** Global L2 norm of all gradients. */
    public double gradientNorm() {
        return Math.sqrt(ops.squaredNorm(parameters.gradients()));
    }

    /** Sets all gradients to zero. */
    public void zeroGradients() {
        parameters.clearGradients(ops);
    }

    /**
     * Clips the gradients to the configured norm and updates the weights.
     *
     * @param learningRate this step's rate
     * @param gradientNorm what {@link #gradientNorm()} returned
     */
    public void step(double learningRate, double gradientNorm) {
        steps++;
        double limit = config.maxGradNorm();
        double scale = limit > 0 ? Math.min(1, limit / (gradientNorm + CLIP_EPS)) : 1;
        update(parameters.matrices(), learningRate, config.weightDecay(), scale);
        update(parameters.vectors(), learningRate, config.decayVectors() ? config.weightDecay() : 0, scale);
    }

    private void update(Parameters.Range range, double learningRate, double decay, double scale) {
        long length = range.values().length();
        if (length == 0) {
            return;
        }
        ops.adamW(
                range.values(),
                range.gradients(),
                firstMoments.tensor(range.from(), length),
                secondMoments.tensor(range.from(), length),
                new AdamWUpdate(steps, learningRate, config.beta1(), config.beta2(), config.eps(), decay, scale));
    }

    /** Updates made so far. */
    public long steps() {
        return steps;
    }

    /** Continues counting from a checkpoint, whose moments have been uploaded. */
    public void resumeAt(long updates) {
        steps = updates;
    }

    /** The moments of all trained weights, flat, each at its weight's offset: [trainedLength]. */
    public Moments moments() {
        long length = parameters.trainedLength();
        return new Moments(firstMoments.tensor(0, length), secondMoments.tensor(0, length));
    }

    /** The moments of a trained weight. */
    public Moments moments(Parameter parameter) {
        long offset = parameters.offset(parameter);
        long[] shape = parameter.value().shape();
        return new Moments(firstMoments.tensor(offset, shape), secondMoments.tensor(offset, shape));
    }

    /** Frees the moments. */
    @Override
    public void close() {
        firstMoments.close();
        secondMoments.close();
    }
}
