package dev.cria.tokenizer;

import java.util.Arrays;

/** A growing array of ints. */
final class IntList {
    private int[] values;
    private int size;

    IntList(int capacity) {
        values = new int[Math.max(16, capacity)];
    }

    int size() {
        return size;
    }

    int get(int index) {
        return values[index];
    }

    void clear() {
        size = 0;
    }

    void add(int value) {
        if (size == values.length) {
            grow(size + 1);
        }
        values[size++] = value;
    }

    void addAll(int[] added) {
        if (values.length - size < added.length) {
            grow(Math.addExact(size, added.length));
        }
        // Words have one or two tokens, too few for an array copy to pay.
        for (int value : added) {
            values[size++] = value;
        }
    }

    int[] copyOfRange(int from, int to) {
        return Arrays.copyOfRange(values, from, to);
    }

    int[] toArray() {
        return Arrays.copyOf(values, size);
    }

    private void grow(int needed) {
        long doubled = Math.max(needed, 2L * values.length);
        values = Arrays.copyOf(values, (int) Math.min(doubled, Integer.MAX_VALUE - 8));
    }
}
