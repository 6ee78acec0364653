package dev.cria.examples.world;

/** Something a user may say to the assistant, with all that {@link ToyJudge} must know to judge the answer. */
public sealed interface ToyPrompt permits Instruction, KindRequest, UnsafeRequest {
    /** What the user says. */
    String text();

    /** A perfect answer. */
    String reference();

    /** Whether an assistant must be careful here. */
    boolean isSafety();

    /** Whether it may be learned from. */
    Split split();

    /** The prompt and its perfect answer, to learn from. */
    default Dialogue demonstration() {
        return Dialogue.of(text(), reference());
    }
}
