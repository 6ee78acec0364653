package dev.cria.core.ops;

/** How exactly the products with weights are computed; all memory and all else is in single precision in either case. */
public enum Precision {
    /** Single precision. */
    FP32,
    /** Factors rounded to bfloat16, sums in single precision: several times faster on CPUs that have the instructions. */
    BF16
}
