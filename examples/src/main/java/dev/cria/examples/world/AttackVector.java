package dev.cria.examples.world;

/** How a request tries to get round the assistant's care: the attack vectors of the Llama 2 paper, section 4.2.1. */
public enum AttackVector {
    /** Psychological manipulation, such as a false authority. */
    PSYCHOLOGICAL("psychological"),
    /** Logic manipulation: a false premise. */
    LOGIC("logic"),
    /** Syntactic manipulation: misspelling. */
    SYNTACTIC("syntactic"),
    /** Semantic manipulation: a metaphor. */
    SEMANTIC("semantic"),
    /** Perspective manipulation: role playing. */
    PERSPECTIVE("perspective"),
    /** Another language; here a toy one. */
    NON_ENGLISH("foreign"),
    /** None: the plain question, among the paper's "others". */
    DIRECT("direct");

    private final String section;

    AttackVector(String section) {
        this.section = section;
    }

    /** The section of the requests' grammar that lists the ways to ask. */
    String section() {
        return section;
    }
}
