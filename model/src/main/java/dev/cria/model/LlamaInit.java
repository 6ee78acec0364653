package dev.cria.model;

import dev.cria.core.autograd.Parameter;
import dev.cria.core.autograd.Parameters;
import dev.cria.core.ops.Tensor;
import dev.cria.core.ops.TensorOps;
import dev.cria.core.random.CounterRandom;

/**
 * Initial weights: normal with the config's standard deviation, the two projections of each block that write to the
 * residual stream scaled by 1 / sqrt(2 * layers), norms one. The paper does not state its initialisation; this is GPT-2's.
 */
final class LlamaInit {
    private static final int CHUNK = 1 << 16; // elements

    private LlamaInit() {}

    static void initialise(TensorOps ops, LlamaConfig config, Parameters parameters, long seed) {
        double residualScale = 1 / Math.sqrt(2.0 * config.numHiddenLayers());
        long index = 0;
        for (Parameter parameter : parameters.all()) {
            if (parameter.value().rank() == 1) {
                ops.fill(parameter.value(), 1);
            } else {
                double scale = config.initializerRange() * (writesResidual(parameter.name()) ? residualScale : 1);
                normal(ops, parameter.value(), CounterRandom.of(seed, "init", index), scale);
            }
            index++;
        }
    }

    /** A new head on a body that is trained already. */
    static void initialiseHead(TensorOps ops, Parameter head, double deviation, long seed) {
        normal(ops, head.value(), CounterRandom.of(seed, "init head", 0), deviation);
    }

    private static boolean writesResidual(String name) {
        return name.endsWith("o_proj.weight") || name.endsWith("down_proj.weight");
    }

    private static void normal(TensorOps ops, Tensor weight, CounterRandom random, double scale) {
        Tensor flat = weight.reshape(weight.length());
        float[] chunk = new float[CHUNK];
        for (long from = 0; from < flat.length(); from += CHUNK) {
            int length = (int) Math.min(CHUNK, flat.length() - from);
            for (int i = 0; i < length; i++) {
                chunk[i] = (float) (scale * random.gaussian(from + i));
            }
            ops.upload(flat.slice(from, from + length), chunk, 0, length);
        }
    }
}
