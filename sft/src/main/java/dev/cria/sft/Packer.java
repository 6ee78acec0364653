package dev.cria.sft;

import java.util.ArrayList;
import java.util.List;

/** Fills sequences of at most the context's length with rows in a given order. */
final class Packer {
    private final List<ChatRow> rows;
    private final Packing packing;
    private final int contextLength;

    /** Part of a row: its tokens from the first to before the last. */
    record Piece(int row, int from, int to) {
        int length() {
            return to - from;
        }
    }

    Packer(List<ChatRow> rows, Packing packing, int contextLength) {
        this.rows = rows;
        this.packing = packing;
        this.contextLength = contextLength;
    }

    /** The sequences that rows in this order make, each with at least one target. */
    List<List<Piece>> pack(int[] order) {
        return packing == Packing.CONCATENATED ? cut(order) : fill(order);
    }

    /** Whole rows, without their last token, which predicts nothing. */
    private List<List<Piece>> fill(int[] order) {
        List<List<Piece>> sequences = new ArrayList<>();
        List<Piece> open = new ArrayList<>();
        int used = 0;
        for (int row : order) {
            Piece piece = new Piece(row, 0, rows.get(row).length() - 1);
            if (!open.isEmpty() && (packing == Packing.NONE || used + piece.length() > contextLength)) {
                sequences.add(open);
                open = new ArrayList<>();
                used = 0;
            }
            open.add(piece);
            used += piece.length();
        }
        sequences.add(open);
        return sequences;
    }

    /** One long text, cut every contextLength tokens. */
    private List<List<Piece>> cut(int[] order) {
        List<List<Piece>> sequences = new ArrayList<>();
        List<Piece> open = new ArrayList<>();
        int used = 0;
        for (int row : order) {
            int length = rows.get(row).length();
            for (int from = 0; from < length; ) {
                Piece piece = new Piece(row, from, Math.min(length, from + contextLength - used));
                open.add(piece);
                used += piece.length();
                from = piece.to();
                if (used == contextLength) {
                    close(open, sequences);
                    open = new ArrayList<>();
                    used = 0;
                }
            }
        }
        close(open, sequences);
        return sequences;
    }

    /** A sequence that falls into a long prompt has nothing to learn. */
    private void close(List<Piece> sequence, List<List<Piece>> sequences) {
        if (sequence.stream().anyMatch(p -> rows.get(p.row()).count(p.from(), p.to()) > 0)) {
            sequences.add(sequence);
        }
    }
}
