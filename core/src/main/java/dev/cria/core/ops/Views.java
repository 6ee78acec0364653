package dev.cria.core.ops;

import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Parts of arrays in place. Made by hand, since {@code INDArray.get} of M2.1 returns an empty array where a view's offset plus
 * that of the rows asked for reaches the view's length.
 */
final class Views {
    private Views() {}

    /** Some columns of some rows of a matrix: [to - from, width]. */
    static INDArray block(Tensor x, int from, int to, long firstColumn, int width) {
        long columns = x.columns();
        long first = x.slab().base() + x.offset() + from * columns + firstColumn;
        return Nd4j.create(x.slab().array().data(), new long[] {to - from, width}, new long[] {columns, 1}, first, 'c');
    }

    /** Some columns of each head of each row: [rows, heads, width]. */
    static INDArray heads(Tensor x, int headDim, int firstColumn, int width) {
        long columns = x.columns();
        return Nd4j.create(
                x.slab().array().data(),
                new long[] {x.rows(), columns / headDim, width},
                new long[] {columns, headDim, 1},
                x.slab().base() + x.offset() + firstColumn,
                'c');
    }

    /** Some rows of a dense array, or some elements of a vector. */
    static INDArray rows(INDArray x, long from, long to) {
        long[] shape = x.shape().clone();
        long row = x.length() / shape[0];
        shape[0] = to - from;
        return Nd4j.create(x.data(), shape, Nd4j.getStrides(shape, 'c'), x.offset() + from * row, 'c');
    }

    /** Some columns of a row-major matrix: [rows, to - from]. */
    static INDArray columns(INDArray x, long from, long to) {
        return Nd4j.create(
                x.data(), new long[] {x.size(0), to - from}, new long[] {x.stride(0), 1}, x.offset() + from, 'c');
    }
}
