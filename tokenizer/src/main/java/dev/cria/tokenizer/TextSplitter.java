package dev.cria.tokenizer;

import java.util.Arrays;
import java.util.List;

/**
 * Where a text may be cut without a change of its tokens. A merge across a cut between characters a and b would make a piece in which
 * b follows a; so wherever no piece has the two in this order, both sides merge independently of each other.
 */
final class TextSplitter {
    private final Symbols symbols;
    private final PairMap neighbours;
    private final boolean[] isolated = new boolean[128];
    private final boolean cutsBeforeSpaces;

    TextSplitter(List<Piece> pieces, Symbols symbols) {
        this.symbols = symbols;
        neighbours = new PairMap(1 << 12);
        Arrays.fill(isolated, true);
        boolean cuts = true;
        for (Piece piece : pieces) {
            if (piece.isMergeable()) {
                cuts &= addNeighbours(piece.text());
            }
        }
        cutsBeforeSpaces = cuts;
    }

    /** Notes the pairs of one piece; false if a space mark follows another character in it. */
    private boolean addNeighbours(String text) {
        boolean spacesLead = true;
        int[] characters = text.codePoints().toArray();
        for (int i = 0; i + 1 < characters.length; i++) {
            neighbours.putIfAbsent(symbols.ofCodePoint(characters[i]), symbols.ofCodePoint(characters[i + 1]), 1);
            isolated[characters[i] & 0x7F] &= characters[i] > 0x7F;
            isolated[characters[i + 1] & 0x7F] &= characters[i + 1] > 0x7F;
            spacesLead &= characters[i + 1] != Piece.SPACE_MARK || characters[i] == Piece.SPACE_MARK;
        }
        return spacesLead;
    }

    /** Whether no merge can join the characters of these two symbols. */
    boolean cutsBetween(int leftSymbol, int rightSymbol) {
        return (leftSymbol | rightSymbol) < 0 || neighbours.get(leftSymbol, rightSymbol) == PairMap.ABSENT;
    }

    /**
     * The end of the word that starts at {@code start}: of an ASCII character that no longer piece contains (in Llama's vocabulary
     * digits and line ends), or else of a run of spaces and what follows it up to the next space.
     */
    int endOfWord(byte[] text, int start, int end) {
        if (isIsolated(text[start])) {
            return start + 1;
        }
        int i = start;
        while (cutsBeforeSpaces && i < end && NormalizedText.isSpaceMark(text, i, end)) {
            i += 3;
        }
        while (i < end && !isIsolated(text[i]) && !(cutsBeforeSpaces && NormalizedText.isSpaceMark(text, i, end))) {
            i++;
        }
        return i;
    }

    private boolean isIsolated(byte character) {
        return character >= 0 && isolated[character];
    }
}
