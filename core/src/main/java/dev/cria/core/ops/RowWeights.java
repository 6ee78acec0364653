package dev.cria.core.ops;

/**
 * Softmax of some rows as numbers to draw from, in memory that is used again for other rows. A row comes in blocks of {@link #BLOCK}
 * columns, each with a scale of its own, so that a block is finished while its scores are in the cache: a column's probability is its
 * weight times its block's scale, over the sum of the row's blocks.
 *
 * <p>Weights are relative to the block's largest score, and the scale says how that compares with the row's largest. So each block's
 * largest weight is about 1, and the block with the largest scale, which is 1, holds the most probable column.
 *
 * @param columns of a row
 * @param weights [rows, columns], exp((x - the block's largest x) / temperature), where exponents below -87 count as that
 * @param scales [rows, blocks], exp((the block's largest x - the row's) / temperature), likewise
 * @param blockSums [rows, blocks], each block's sum of weights times its scale
 * @param logSumExps [rows, 2], log(sum(exp(x / temperature))) and log(sum(exp(x)))
 */
public record RowWeights(int columns, float[] weights, float[] scales, float[] blockSums, float[] logSumExps) {
    /** Columns of a block; the last one of a row may have fewer. */
    public static final int BLOCK = 1024;

    /** Memory for so many rows. */
    public static RowWeights allocate(int rows, int columns) {
        int blocks = rows * blocks(columns);
        return new RowWeights(
                columns,
                new float[Math.multiplyExact(rows, columns)],
                new float[blocks],
                new float[blocks],
                new float[2 * rows]);
    }

    /** Rows that there is room for. */
    public int rows() {
        return logSumExps.length / 2;
    }

    /** Blocks of a row. */
    public int blocks() {
        return blocks(columns);
    }

    /** Columns of a block. */
    public int length(int block) {
        return Math.min(BLOCK, columns - block * BLOCK);
    }

    private static int blocks(int columns) {
        return (columns - 1) / BLOCK + 1;
    }
}
