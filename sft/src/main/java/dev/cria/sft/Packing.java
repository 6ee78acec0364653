package dev.cria.sft;

/** How conversations fill the sequences of a batch. */
public enum Packing {
    /** As many as fit into the context, each a segment of its own: none sees another, positions restart. */
    ISOLATED,
    /** One long text, cut into contexts, as in the Llama 2 paper: a conversation sees those before it. */
    CONCATENATED,
    /** One conversation a sequence. */
    NONE
}
