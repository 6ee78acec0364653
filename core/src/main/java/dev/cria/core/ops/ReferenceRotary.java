package dev.cria.core.ops;

import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/** Rotary embedding in ND4J calls. The angles of a batch are sent to the device once and serve all its layers. */
final class ReferenceRotary {
    private @Nullable Angles last;

    /** Cosines and sines [tokens, 1, headDim / 2] of one batch. */
    private record Angles(int[] positions, RotaryTable table, INDArray cos, INDArray sin) {
        boolean serves(int[] batchPositions, RotaryTable rotary, Tensor x) {
            return positions == batchPositions && table == rotary && cos.dataType() == x.dataType();
        }
    }

    void turn(Tensor y, Tensor x, RotaryTable rotary, int[] positions, boolean inverse) {
        Angles angles = last;
        if (angles == null || !angles.serves(positions, rotary, x)) {
            rotary.check(positions);
            angles = new Angles(
                    positions,
                    rotary,
                    angles(rotary.cos(), rotary, positions, x),
                    angles(rotary.sin(), rotary, positions, x));
            last = angles;
        }
        INDArray cos = angles.cos;
        int half = rotary.headDim() / 2;
        long heads = x.columns() / rotary.headDim();
        INDArray in = x.reshape(x.rows(), heads, rotary.headDim()).array();
        INDArray first = in.get(NDArrayIndex.all(), NDArrayIndex.all(), NDArrayIndex.interval(0, half));
        INDArray second = in.get(NDArrayIndex.all(), NDArrayIndex.all(), NDArrayIndex.interval(half, 2 * half));
        INDArray turn = inverse ? angles.sin.neg() : angles.sin;
        INDArray turnedFirst = first.mul(cos).subi(second.mul(turn));
        INDArray turnedSecond = second.mul(cos).addi(first.mul(turn));
        INDArray out = y.reshape(x.rows(), heads, rotary.headDim()).array();
        out.get(NDArrayIndex.all(), NDArrayIndex.all(), NDArrayIndex.interval(0, half))
                .assign(turnedFirst);
        out.get(NDArrayIndex.all(), NDArrayIndex.all(), NDArrayIndex.interval(half, 2 * half))
                .assign(turnedSecond);
    }

    private static INDArray angles(float[] values, RotaryTable table, int[] positions, Tensor like) {
        int half = table.headDim() / 2;
        float[] rows = new float[positions.length * half];
        for (int t = 0; t < positions.length; t++) {
            System.arraycopy(values, positions[t] * half, rows, t * half, half);
        }
        return Nd4j.createFromArray(rows).castTo(like.dataType()).reshape('c', positions.length, 1, half);
    }
}
