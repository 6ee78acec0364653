package dev.cria.core.ops.cpu;

/**
 * Sizes of an LM head and of the tiles that its vocabulary is cut into.
 *
 * @param width elements of a hidden state
 * @param vocab words
 * @param tile words of a tile; the last one may have fewer
 * @param tiles their number
 */
record HeadSizes(int width, int vocab, int tile, int tiles) {
    private static final int LARGEST_TILE =
            512; // words: logits, factors and gradients of a block stay in a 2 MB L2 cache
    private static final int GRAIN = 32; // tiles are multiples of it, since their halves are whole vectors of 16 lanes

    static HeadSizes of(int width, int vocab) {
        int wanted = (vocab + LARGEST_TILE - 1) / LARGEST_TILE;
        int tile = ((vocab + wanted - 1) / wanted + GRAIN - 1) / GRAIN * GRAIN;
        return new HeadSizes(width, vocab, tile, (vocab + tile - 1) / tile);
    }

    /** Words of tile {@code t}. */
    int words(int t) {
        return Math.min(vocab, (t + 1) * tile) - t * tile;
    }
}
