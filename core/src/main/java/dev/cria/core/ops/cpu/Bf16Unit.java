package dev.cria.core.ops.cpu;

/** What a CPU multiplies bfloat16 with. */
enum Bf16Unit {
    /** Nothing of its own: bfloat16 is slower than floats. */
    NONE,
    /** Vectors of pairs, twice as fast as floats (AVX512_BF16: Cooper Lake, Zen 4). Rounding eats that up unless it is done once for all products. */
    VECTORS,
    /** Tiles, five to ten times as fast as floats (AMX: Sapphire Rapids). Factors may be rounded on their way into them. */
    TILES;

    /** The unit of a product of bfloat16 that oneDNN calls so; empty if it has none, as on CPUs with AVX2 alone. */
    static Bf16Unit of(String implementation) {
        if (implementation.contains("amx")) {
            return TILES;
        }
        return implementation.endsWith("avx512_core_bf16") ? VECTORS : NONE;
    }
}
