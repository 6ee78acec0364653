package dev.cria.core.ops.cpu;

import org.jspecify.annotations.Nullable;

/**
 * What an LM head works on.
 *
 * @param hidden [rows, width]
 * @param weight [vocab, width]
 * @param dHidden [rows, width], or null if not wanted
 * @param dWeight [vocab, width], or null if not wanted
 * @param addToWeight whether to add to dWeight
 */
record HeadTensors(
        Floats hidden,
        Floats weight,
        @Nullable Floats dHidden,
        @Nullable Floats dWeight,
        boolean addToWeight) {}
