package dev.cria.core.ops;

import java.util.function.DoubleBinaryOperator;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Functions of small vectors, computed on the host whatever the backend: two vectors come down, one goes up. */
final class ReferenceVectors {
    private ReferenceVectors() {}

    /** f of each two elements, in the inputs' type and the first one's shape. */
    static INDArray zip(HostTransfers transfers, Tensor a, Tensor b, DoubleBinaryOperator f) {
        if (a.length() != b.length()) {
            throw new IllegalArgumentException("%s and %s should have equally many elements".formatted(a, b));
        }
        double[] first = transfers.download(a.array());
        double[] second = a == b ? first : transfers.download(b.array());
        double[] values = new double[first.length];
        for (int i = 0; i < values.length; i++) {
            values[i] = f.applyAsDouble(first[i], second[i]);
        }
        return transfers.upload(values).castTo(a.dataType()).reshape(a.shape());
    }
}
