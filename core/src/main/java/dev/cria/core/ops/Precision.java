package dev.cria.core.ops;

/** How exactly matrix products are computed; all else, and what outlasts an operation, is in single precision in either case. */
public enum Precision {
    /** Single precision. */
    FP32,
    /** Factors rounded to bfloat16, sums in single precision: several times faster on CPUs that have the instructions. */
    BF16
}
