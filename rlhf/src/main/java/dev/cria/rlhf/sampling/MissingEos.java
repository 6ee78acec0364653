package dev.cria.rlhf.sampling;

/** What to do about answers that were cut off before the policy ended them. */
public enum MissingEos {
    /** Reward them like any other. */
    KEEP,
    /** Take a fixed amount off their reward. */
    PENALISE,
    /** Never choose them. */
    EXCLUDE
}
