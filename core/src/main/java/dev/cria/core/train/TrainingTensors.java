package dev.cria.core.train;

import dev.cria.core.autograd.Parameter;
import dev.cria.core.autograd.Parameters;
import dev.cria.core.ops.Slab;
import dev.cria.core.ops.Tensor;
import dev.cria.core.ops.TensorOps;
import dev.cria.core.optim.AdamW;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What a checkpoint holds of a run's memory, flat: either the memory itself or a copy of it that training does not touch.
 *
 * @param parameters names, shapes and places of the weights
 * @param weights all weights
 * @param moments the optimizer's moments of the trained ones
 * @param average their running average, if there is one
 */
record TrainingTensors(Parameters parameters, Tensor weights, AdamW.Moments moments, Optional<Tensor> average) {
    /** Tensors for a copy, in memory of their own. */
    static TrainingTensors inMemoryOf(Slab slab, TrainingTensors original) {
        long trained = original.moments.first().length();
        long at = original.weights.length();
        Tensor weights = slab.tensor(0, at);
        AdamW.Moments moments = new AdamW.Moments(slab.tensor(at, trained), slab.tensor(at + trained, trained));
        return new TrainingTensors(
                original.parameters,
                weights,
                moments,
                original.average.map(average -> slab.tensor(at + 2 * trained, trained)));
    }

    /** Elements of all tensors together. */
    long length() {
        return all().stream().mapToLong(Tensor::length).sum();
    }

    void copyFrom(TensorOps ops, TrainingTensors original) {
        List<Tensor> from = original.all();
        List<Tensor> to = all();
        for (int i = 0; i < to.size(); i++) {
            ops.copy(to.get(i), from.get(i));
        }
    }

    private List<Tensor> all() {
        return Stream.concat(Stream.of(weights, moments.first(), moments.second()), average.stream())
                .toList();
    }

    Tensor weight(Parameter parameter) {
        return part(weights, parameter);
    }

    Tensor firstMoment(Parameter parameter) {
        return part(moments.first(), parameter);
    }

    Tensor secondMoment(Parameter parameter) {
        return part(moments.second(), parameter);
    }

    /** The average of a trained weight, or a frozen weight as it is. */
    Tensor averaged(Parameter parameter) {
        return parameter.isTrained() ? part(average.orElse(weights), parameter) : weight(parameter);
    }

    private Tensor part(Tensor flat, Parameter parameter) {
        long from = parameters.offset(parameter);
        return flat.slice(from, from + parameter.value().length())
                .reshape(parameter.value().shape());
    }
}
