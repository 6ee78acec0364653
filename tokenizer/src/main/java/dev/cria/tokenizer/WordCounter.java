package dev.cria.tokenizer;

import java.util.Arrays;

/** Counts byte strings; memory grows with the distinct ones only. */
final class WordCounter {
    private byte[] text = new byte[1 << 16];
    private int[] starts = new int[1 << 12];
    private long[] counts = new long[1 << 12];
    private int[] hashes = new int[1 << 12];
    private int[] table = new int[1 << 14];
    private int size;

    WordCounter() {
        Arrays.fill(table, -1);
    }

    int size() {
        return size;
    }

    long count(int word) {
        return counts[word];
    }

    byte[] text() {
        return text;
    }

    int start(int word) {
        return starts[word];
    }

    int end(int word) {
        return starts[word + 1];
    }

    void add(byte[] source, int start, int end) {
        int hash = 0;
        for (int i = start; i < end; i++) {
            hash = 31 * hash + source[i];
        }
        int slot = slot(hash);
        while (table[slot] >= 0) {
            int word = table[slot];
            if (hashes[word] == hash && Arrays.equals(text, starts[word], starts[word + 1], source, start, end)) {
                counts[word]++;
                return;
            }
            slot = (slot + 1) & (table.length - 1);
        }
        table[slot] = size;
        append(source, start, end, hash);
    }

    private int slot(int hash) {
        return ((hash * 0x9E3779B9) >>> 7) & (table.length - 1);
    }

    private void append(byte[] source, int start, int end, int hash) {
        int begin = starts[size];
        int stop = Math.addExact(begin, end - start);
        if (stop > text.length) {
            text = Arrays.copyOf(text, grown(stop));
        }
        System.arraycopy(source, start, text, begin, end - start);
        if (size + 2 > starts.length) {
            starts = Arrays.copyOf(starts, grown(size + 2));
            counts = Arrays.copyOf(counts, starts.length);
            hashes = Arrays.copyOf(hashes, starts.length);
        }
        counts[size] = 1;
        hashes[size] = hash;
        starts[++size] = stop;
        if (size * 2 > table.length) {
            rehash();
        }
    }

    private static int grown(int needed) {
        return (int) Math.min(2L * needed, Integer.MAX_VALUE - 8);
    }

    private void rehash() {
        table = new int[Math.multiplyExact(table.length, 4)];
        Arrays.fill(table, -1);
        for (int word = 0; word < size; word++) {
            int slot = slot(hashes[word]);
            while (table[slot] >= 0) {
                slot = (slot + 1) & (table.length - 1);
            }
            table[slot] = word;
        }
    }
}
