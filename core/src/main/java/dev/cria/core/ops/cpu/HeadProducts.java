package dev.cria.core.ops.cpu;

/**
 * The three products of the LM head, and the memory that their factors lie in. Rows are taken a chunk at a time, and a chunk's
 * rows a block at a time. Exponentials of logits are kept until the chunk's end if the weight's gradient is wanted, else while
 * their tile is worked on.
 */
interface HeadProducts {
    /** Blocks begin at multiples of it. */
    int rowGrain();

    /** Rows of a block, at most: more of them share what is read of the weight, fewer keep their logits in the cache. */
    int largestBlock();

    /** Begins a chunk of {@code rows} rows of hidden states, from row {@code from} on. */
    void begin(int from, int rows);

    /** Rows {@code first} to {@code first + rows - 1} of the chunk, for one thread. */
    Block block(int first, int rows, Worker worker);

    /** dWeight[tile] = exponentialsᵀ · kept hidden states, over the chunk's rows, or what that adds to dWeight. */
    void contributeToWeight(int t, Worker worker);

    /** Rows that one task runs through the vocabulary. Row {@code r} counts from the block's first, {@code t} is a tile. */
    interface Block {
        /** Computes the logits of a tile. */
        void multiply(int t);

        /** Copies a row of logits of the tile to the heap, in an order of their own. */
        void readLogits(int r, int t, float[] to);

        /** Where {@link #readLogits} puts a word of the tile. */
        int position(int word, int t);

        /** Keeps a row of exponentials of the tile, in the order of {@link #readLogits}; may overwrite them. */
        void keep(int r, int t, float[] exponentials);

        /** Multiplies what is kept of an earlier tile of a row by a factor. */
        void scaleKept(int r, int t, float factor);

        /** Adds exponentials[tile] · weight[tile] to the gradient of the hidden states; tile 0 overwrites. */
        void addToHidden(int t);

        /** Copies the gradient of a row's hidden state, as it is so far, to the heap. */
        void readHiddenGradient(int r, float[] to);

        /** Replaces the gradient of a row's hidden state in the block's own memory: while tiles are being added. */
        void writeHiddenGradient(int r, float[] from);

        /** Subtracts the row's sum of exponentials at its target: p - 1 there, but for the division by the sum. */
        void subtractAtTarget(int r, int word, double sum);

        /** Keeps a row's hidden state as a factor of the weight's gradient, once its own gradient has been read. */
        void keepHidden(int r, float[] scaled);

        /** Ends the block. */
        void end();
    }
}
