package dev.cria.tokenizer;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What merging works on: every mergeable piece is a symbol under its id, and every further character of a piece is one under a
 * number from the vocabulary's size on.
 */
final class Symbols {
    /** The symbol of characters that no piece contains; it takes part in no merge. */
    static final int NONE = CodePointMap.ABSENT;

    private final CodePointMap characters = new CodePointMap();
    private final Map<String, Integer> symbols = new HashMap<>();
    private final int vocabSize;

    Symbols(List<Piece> pieces) {
        vocabSize = pieces.size();
        for (int id = 0; id < vocabSize; id++) {
            Piece piece = pieces.get(id);
            if (piece.isMergeable()) {
                symbols.put(piece.text(), id);
            }
        }
        int next = vocabSize;
        for (Piece piece : pieces) {
            if (piece.isMergeable()) {
                next = addCharacters(piece.text(), next);
            }
        }
    }

    private int addCharacters(String text, int next) {
        int free = next;
        for (int i = 0; i < text.length(); i = text.offsetByCodePoints(i, 1)) {
            int codePoint = text.codePointAt(i);
            if (ofCodePoint(codePoint) == NONE) {
                Integer known = symbols.putIfAbsent(Character.toString(codePoint), free);
                characters.set(codePoint, known == null ? free++ : known);
            }
        }
        return free;
    }

    /** The symbol of a character, or {@link #NONE}. */
    int ofCodePoint(int codePoint) {
        return characters.get(codePoint);
    }

    /** The symbol whose text this is, or {@link #NONE}. */
    int ofText(String text) {
        return symbols.getOrDefault(text, NONE);
    }

    /** Whether the symbol is a token, not just a character inside of longer ones. */
    boolean isToken(int symbol) {
        return symbol >= 0 && symbol < vocabSize;
    }
}
