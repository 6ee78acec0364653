package dev.cria.model;

import dev.cria.core.Engine;
import dev.cria.core.ops.Slab;
import dev.cria.core.ops.Tensor;
import dev.cria.core.ops.TensorOps;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;

/**
 * Keys and values of many sequences, in blocks of {@link #BLOCK} tokens that sequences with a common prefix share (as in
 * Kwon et al. 2023). It grows when it is full.
 */
final class KvCache implements AutoCloseable {
    /** Tokens per block. */
    static final int BLOCK = 128;

    private static final int FIRST_BLOCKS = 4;

    private final TensorOps ops;
    private final int layers;
    private final int width; // kvHeads * headDim
    private final Deque<Integer> free = new ArrayDeque<>();
    private int[] users = {}; // sequences that use each block
    private Tensor[] keys = {}; // per layer [blocks * BLOCK, width]
    private Tensor[] values = {};
    private Slab slab;

    KvCache(Engine engine, LlamaConfig config) {
        this.ops = engine.ops();
        this.layers = config.numHiddenLayers();
        this.width = config.keyValueWidth();
        this.slab = grow(FIRST_BLOCKS);
    }

    /** A layer's keys, [rows, kvHeads * headDim]. */
    Tensor keys(int layer) {
        return keys[layer];
    }

    /** A layer's values, [rows, kvHeads * headDim]. */
    Tensor values(int layer) {
        return values[layer];
    }

    /** A block of undefined content for one user. */
    int take() {
        if (free.isEmpty()) {
            Slab old = slab;
            slab = grow(2 * users.length);
            old.close();
        }
        int block = free.pop();
        users[block] = 1;
        return block;
    }

    /** Another user of a block. */
    void share(int block) {
        users[block]++;
    }

    /** One user less. */
    void release(int block) {
        if (--users[block] == 0) {
            free.push(block);
        }
    }

    /** The block itself if it has no other user, else a copy. */
    int exclusive(int block) {
        if (users[block] == 1) {
            return block;
        }
        int copy = take();
        for (int layer = 0; layer < layers; layer++) {
            ops.copy(rows(keys[layer], copy), rows(keys[layer], block));
            ops.copy(rows(values[layer], copy), rows(values[layer], block));
        }
        release(block);
        return copy;
    }

    private static Tensor rows(Tensor layer, int block) {
        return layer.slice((long) block * BLOCK, (long) (block + 1) * BLOCK);
    }

    private Slab grow(int blocks) {
        long rows = (long) blocks * BLOCK;
        Slab grown = Slab.allocate(ops.dataType(), 2L * layers * rows * width);
        Tensor[] grownKeys = new Tensor[layers];
        Tensor[] grownValues = new Tensor[layers];
        for (int layer = 0; layer < layers; layer++) {
            grownKeys[layer] = grown.tensor(2L * layer * rows * width, rows, width);
            grownValues[layer] = grown.tensor((2L * layer + 1) * rows * width, rows, width);
            if (users.length > 0) {
                ops.copy(grownKeys[layer].slice(0, keys[layer].rows()), keys[layer]);
                ops.copy(grownValues[layer].slice(0, values[layer].rows()), values[layer]);
            }
        }
        for (int block = users.length; block < blocks; block++) {
            free.add(block);
        }
        users = Arrays.copyOf(users, blocks);
        keys = grownKeys;
        values = grownValues;
        return grown;
    }

    @Override
    public void close() {
        slab.close();
    }
}
