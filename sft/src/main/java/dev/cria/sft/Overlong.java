package dev.cria.sft;

/** What to do with a conversation that has more tokens than the context. */
public enum Overlong {
    /** Leave out its first turns, whole ones, until it fits; a system message stays. */
    TRUNCATE,
    /** Leave it out. */
    DROP
}
