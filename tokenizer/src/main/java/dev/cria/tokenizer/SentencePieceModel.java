package dev.cria.tokenizer;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a SentencePiece {@code .model} file of type BPE says about encoding and decoding.
 *
 * @param pieces the vocabulary by id
 * @param specials names of the special pieces
 * @param byteFallback whether a character without an id becomes its UTF-8 bytes
 * @param addDummyPrefix whether a space is put before every text
 * @param removeExtraWhitespaces whether spaces at the ends vanish and runs of them become one
 */
public record SentencePieceModel(
        List<Piece> pieces,
        SpecialPieces specials,
        boolean byteFallback,
        boolean addDummyPrefix,
        boolean removeExtraWhitespaces) {
    /** More pieces than any model has; a bound on what a hostile file can ask for. */
    private static final int MAX_PIECES = 1 << 22;

    private static final int MAX_PIECE_CHARS = 4096;

    /**
     * Checks that the vocabulary can encode every text.
     *
     * @throws IllegalArgumentException if pieces repeat, or the unknown piece or one of the 256 bytes is absent
     */
    public SentencePieceModel {
        pieces = List.copyOf(pieces);
        if (pieces.size() > MAX_PIECES) {
            throw new IllegalArgumentException(pieces.size() + " pieces are more than the limit of " + MAX_PIECES);
        }
        Map<String, Integer> ids = new HashMap<>();
        for (int id = 0; id < pieces.size(); id++) {
            checkPiece(pieces.get(id), id, ids.put(pieces.get(id).text(), id));
        }
        requireOneUnknown(pieces);
        requireBytes(ids, pieces, byteFallback);
    }

    /**
     * Reads the content of a {@code .model} file.
     *
     * @throws IllegalArgumentException if the content is broken, or of a type or with a normaliser that is not supported
     */
    public static SentencePieceModel parse(byte[] content) {
        return new SentencePieceReader().read(content);
    }

    /** The id of the control piece of this name, or -1. */
    int controlId(String name) {
        for (int id = 0; id < pieces.size(); id++) {
            if (pieces.get(id).type() == PieceType.CONTROL
                    && pieces.get(id).text().equals(name)) {
                return id;
            }
        }
        return -1;
    }

    private static void checkPiece(Piece piece, int id, @Nullable Integer earlier) {
        if (earlier != null) {
            throw new IllegalArgumentException("piece '" + piece.text() + "' has two ids, " + earlier + " and " + id);
        }
        if (piece.text().length() > MAX_PIECE_CHARS) {
            throw new IllegalArgumentException(
                    "piece " + id + " has " + piece.text().length() + " characters; the limit is " + MAX_PIECE_CHARS);
        }
        if (piece.type() == PieceType.UNUSED) {
            throw new IllegalArgumentException("piece '" + piece.text()
                    + "' is of type UNUSED, which is not supported; remove it or make it NORMAL");
        }
        if (piece.type() == PieceType.USER_DEFINED && piece.text().indexOf(' ') >= 0) {
            throw new IllegalArgumentException(
                    "user-defined piece '" + piece.text() + "' has a space, which no text can match; write U+2581");
        }
    }

    private static void requireOneUnknown(List<Piece> pieces) {
        List<String> unknown = new ArrayList<>();
        for (Piece piece : pieces) {
            if (piece.type() == PieceType.UNKNOWN) {
                unknown.add(piece.text());
            }
        }
        if (unknown.size() != 1) {
            throw new IllegalArgumentException("expected one piece of type UNKNOWN but found " + unknown);
        }
    }

    private static void requireBytes(Map<String, Integer> ids, List<Piece> pieces, boolean byteFallback) {
        int found = 0;
        for (int value = 0; value < 256; value++) {
            Integer id = ids.get(Piece.byteText(value));
            boolean isByte = id != null && pieces.get(id).type() == PieceType.BYTE;
            if (byteFallback && !isByte) {
                throw new IllegalArgumentException(
                        "byte fallback is on but piece " + Piece.byteText(value) + " of type BYTE is missing");
            }
            found += isByte ? 1 : 0;
        }
        long bytes = pieces.stream().filter(p -> p.type() == PieceType.BYTE).count();
        if (bytes != (byteFallback ? found : 0)) {
            throw new IllegalArgumentException(
                    byteFallback
                            ? "a piece of type BYTE has a name other than <0x00> to <0xFF>"
                            : "there are pieces of type BYTE but byte fallback is off");
        }
    }
}
