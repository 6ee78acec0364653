package dev.cria.core.ops;

import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.ops.transforms.Transforms;

/** Softmax at a temperature, row by row. */
final class ReferenceSoftmax {
    private ReferenceSoftmax() {}

    static void forward(Tensor y, Tensor logSumExp, Tensor x, float[] temperatures) {
        for (int r = 0; r < temperatures.length; r++) {
            INDArray row = x.slice(r, r + 1).array();
            INDArray scaled = row.div(temperatures[r]);
            double shift = scaled.maxNumber().doubleValue();
            INDArray weights = Transforms.exp(scaled.subi(shift), false);
            double sum = weights.sumNumber().doubleValue();
            y.slice(r, r + 1).array().assign(weights.divi(sum));
            INDArray out = logSumExp.slice(r, r + 1).array();
            out.putScalar(0, 0, shift + Math.log(sum));
            out.putScalar(0, 1, logSumExp(row));
        }
    }

    private static double logSumExp(INDArray row) {
        double max = row.maxNumber().doubleValue();
        return max + Math.log(Transforms.exp(row.sub(max), false).sumNumber().doubleValue());
    }
}
