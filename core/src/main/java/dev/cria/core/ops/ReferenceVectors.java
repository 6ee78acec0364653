package dev.cria.core.ops;

import java.util.function.DoubleBinaryOperator;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Functions of small vectors, computed on the host whatever the backend. */
final class ReferenceVectors {
    private ReferenceVectors() {}

    /** f of each two elements, in the inputs' type and the first one's shape. */
    static INDArray zip(Tensor a, Tensor b, DoubleBinaryOperator f) {
        if (a.length() != b.length()) {
            throw new IllegalArgumentException("%s and %s should have equally many elements".formatted(a, b));
        }
        double[] first = values(a);
        double[] second = values(b);
        for (int i = 0; i < first.length; i++) {
            first[i] = f.applyAsDouble(first[i], second[i]);
        }
        return Nd4j.createFromArray(first).castTo(a.dataType()).reshape(a.shape());
    }

    private static double[] values(Tensor x) {
        return x.array().castTo(DataType.DOUBLE).dup().reshape(x.length()).toDoubleVector();
    }
}
