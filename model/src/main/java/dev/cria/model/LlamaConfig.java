package dev.cria.model;

/**
 * Sizes of a Llama, under Hugging Face's names.
 *
 * @param vocabSize number of token ids
 * @param hiddenSize width of the residual stream
 * @param intermediateSize width of the feed-forward layer
 * @param numHiddenLayers number of blocks
 * @param numAttentionHeads query heads
 * @param numKeyValueHeads key and value heads; divides the query heads (grouped-query attention, paper section A.2.1)
 * @param headDim size of a head where it is not hiddenSize / numAttentionHeads, which 0 stands for
 * @param maxPositionEmbeddings longest sequence
 * @param rmsNormEps added to the mean square in RMSNorm; 1e-5 in Llama 2
 * @param ropeTheta base of the rotary frequencies; 10,000 in Llama 2
 * @param tieWordEmbeddings whether the LM head is the embedding's matrix
 * @param initializerRange standard deviation of the initial weights
 * @param bosTokenId id that begins a sequence, or -1; for other programs that read the checkpoint
 * @param eosTokenId id that ends a sequence, or -1
 */
public record LlamaConfig(
        int vocabSize,
        int hiddenSize,
        int intermediateSize,
        int numHiddenLayers,
        int numAttentionHeads,
        int numKeyValueHeads,
        int headDim,
        int maxPositionEmbeddings,
        double rmsNormEps,
        double ropeTheta,
        boolean tieWordEmbeddings,
        double initializerRange,
        int bosTokenId,
        int eosTokenId) {
    private static final int MOST_LAYERS = 10_000; // here and below: what lies beyond is a slip of the pen
    private static final int MOST_POSITIONS = 1 << 24;

    /** Checks the sizes against each other and names the offending key. */
    public LlamaConfig {
        positive("vocabSize", vocabSize);
        positive("hiddenSize", hiddenSize);
        positive("intermediateSize", intermediateSize);
        positive("numHiddenLayers", numHiddenLayers);
        positive("numAttentionHeads", numAttentionHeads);
        positive("numKeyValueHeads", numKeyValueHeads);
        positive("maxPositionEmbeddings", maxPositionEmbeddings);
        if (numHiddenLayers > MOST_LAYERS) {
            throw new IllegalArgumentException(
                    "numHiddenLayers must be at most %d, got %d".formatted(MOST_LAYERS, numHiddenLayers));
        }
        if (maxPositionEmbeddings > MOST_POSITIONS) {
            throw new IllegalArgumentException("maxPositionEmbeddings must be at most %d, got %d"
                    .formatted(MOST_POSITIONS, maxPositionEmbeddings));
        }
        if (numAttentionHeads % numKeyValueHeads != 0) {
            throw new IllegalArgumentException("numAttentionHeads (%d) must be a multiple of numKeyValueHeads (%d)"
                    .formatted(numAttentionHeads, numKeyValueHeads));
        }
        boolean divides = hiddenSize % numAttentionHeads == 0;
        if (headDim == 0 && !divides) {
            throw new IllegalArgumentException(
                    "hiddenSize (%d) must be a multiple of numAttentionHeads (%d), or headDim be given"
                            .formatted(hiddenSize, numAttentionHeads));
        }
        if (divides && headDim == hiddenSize / numAttentionHeads) {
            headDim = 0; // so that equal models are equal records
        }
        int size = headDim == 0 ? hiddenSize / numAttentionHeads : headDim;
        if (size < 2 || size % 2 != 0) {
            throw new IllegalArgumentException("headDim must be even, since rotary embedding turns pairs; got " + size);
        }
        if (!(rmsNormEps > 0 && ropeTheta > 0 && initializerRange >= 0)) {
            throw new IllegalArgumentException(
                    "rmsNormEps and ropeTheta must be above 0 and initializerRange at least 0, got %s, %s and %s"
                            .formatted(rmsNormEps, ropeTheta, initializerRange));
        }
    }

    /** The preset {@code tiny}: 4 layers of 128 with 4 heads, byte vocabulary, tied embeddings. */
    public static LlamaConfig defaults() {
        return new LlamaConfig(258, 128, 352, 4, 4, 4, 0, 64, 1e-5, 10000, true, 0.02, 256, 257);
    }

    /**
     * This model for a tokenizer.
     *
     * @param size number of ids
     * @param bos id that begins a sequence, or -1
     * @param eos id that ends a sequence, or -1
     */
    public LlamaConfig withVocabulary(int size, int bos, int eos) {
        return copy(size, maxPositionEmbeddings, bos, eos);
    }

    /** This model for another longest sequence. */
    public LlamaConfig withMaxPositionEmbeddings(int positions) {
        return copy(vocabSize, positions, bosTokenId, eosTokenId);
    }

    private LlamaConfig copy(int vocabulary, int positions, int bos, int eos) {
        return new LlamaConfig(
                vocabulary,
                hiddenSize,
                intermediateSize,
                numHiddenLayers,
                numAttentionHeads,
                numKeyValueHeads,
                headDim,
                positions,
                rmsNormEps,
                ropeTheta,
                tieWordEmbeddings,
                initializerRange,
                bos,
                eos);
    }

    /** Size of a head. */
    public int headSize() {
        return headDim == 0 ? hiddenSize / numAttentionHeads : headDim;
    }

    /** Width of all query heads together. */
    public int queryWidth() {
        return numAttentionHeads * headSize();
    }

    /** Width of all key heads together. */
    public int keyValueWidth() {
        return numKeyValueHeads * headSize();
    }

    /** Number of weights; tied embeddings count once. */
    public long parameterCount() {
        long attention = 2L * hiddenSize * queryWidth() + 2L * hiddenSize * keyValueWidth();
        long block = attention + 3L * hiddenSize * intermediateSize + 2L * hiddenSize;
        long embeddings = (tieWordEmbeddings ? 1L : 2L) * vocabSize * hiddenSize;
        return embeddings + block * numHiddenLayers + hiddenSize;
    }

    /**
     * Floating-point operations of training on one token, forward and backward: six for each weight that multiplies (the
     * embedding's lookup does not), and the attention's scores and sums over half the context, since it is causal (PaLM
     * paper, appendix B, which counts the whole context). Computing activations again is not counted.
     *
     * @param contextLength tokens of a sequence
     */
    public double flopsPerToken(int contextLength) {
        long lookup = tieWordEmbeddings ? 0 : (long) vocabSize * hiddenSize;
        return 6.0 * (parameterCount() - lookup) + 6.0 * numHiddenLayers * queryWidth() * contextLength;
    }

    private static void positive(String key, int value) {
        if (value < 1) {
            throw new IllegalArgumentException(key + " must be at least 1, got " + value);
        }
    }
}
