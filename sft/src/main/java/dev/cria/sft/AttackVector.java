package dev.cria.sft;

/** How a request tries to get round a model's care: the attack vectors of the Llama 2 paper, section 4.2.1. */
public enum AttackVector {
    /** Psychological manipulation, such as authority. */
    PSYCHOLOGICAL_MANIPULATION,
    /** Logic manipulation, such as a false premise. */
    LOGIC_MANIPULATION,
    /** Syntactic manipulation, such as misspelling. */
    SYNTACTIC_MANIPULATION,
    /** Semantic manipulation, such as metaphor. */
    SEMANTIC_MANIPULATION,
    /** Perspective manipulation, such as role playing. */
    PERSPECTIVE_MANIPULATION,
    /** Languages other than English. */
    NON_ENGLISH,
    /** Anything else, the plain request among it. */
    OTHER
}
