package dev.cria.tokenizer;

import java.util.HexFormat;

/**
 * One vocabulary entry; its index in the vocabulary is its id.
 *
 * @param text the text, with U+2581 in place of spaces
 * @param score among pieces that could be merged now, the one of highest score is
 * @param type what the piece is for
 */
public record Piece(String text, float score, PieceType type) {
    /** The space mark U+2581 that stands for a space inside pieces. */
    public static final char SPACE_MARK = '\u2581';

    private static final HexFormat HEX = HexFormat.of().withUpperCase();

    /** Checks that the text is not empty. */
    public Piece {
        if (text.isEmpty()) {
            throw new IllegalArgumentException("a piece must not be empty");
        }
        if (Float.isNaN(score)) {
            throw new IllegalArgumentException("piece '" + text + "': its score is not a number");
        }
    }

    /** The piece for one byte, {@code <0x00>} to {@code <0xFF>}. */
    static Piece ofByte(int value) {
        return new Piece(byteText(value), 0, PieceType.BYTE);
    }

    static String byteText(int value) {
        return "<0x" + HEX.toHexDigits((byte) value) + ">";
    }

    /** Whether merging can yield this piece. */
    boolean isMergeable() {
        return type == PieceType.NORMAL || type == PieceType.USER_DEFINED || type == PieceType.UNUSED;
    }
}
