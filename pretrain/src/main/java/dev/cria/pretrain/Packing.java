package dev.cria.pretrain;

/** How documents become training sequences of the context's length. */
public enum Packing {
    /** One long stream, cut without regard to documents (the paper's way). */
    CONCATENATE,
    /**
     * Whole documents, each put where it leaves the least room (best fit decreasing, Ding et al. 2024); only documents
     * longer than the context are cut. Sequences are as long as what fits.
     */
    BEST_FIT
}
