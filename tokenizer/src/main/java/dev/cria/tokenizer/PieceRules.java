package dev.cria.tokenizer;

import java.lang.Character.UnicodeScript;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Which sequences of characters may be a piece: SentencePiece's rules on scripts, digits, spaces and length. */
final class PieceRules {
    private final BpeTrainerConfig config;
    /** Scripts met so far, since Java finds a script by a slower binary search. */
    private final Map<Integer, UnicodeScript> scripts = new HashMap<>();

    PieceRules(BpeTrainerConfig config) {
        this.config = config;
    }

    /** Tab is SentencePiece's mark between things that must not merge, and its tries end at NUL. */
    static boolean canBeInPiece(int codePoint) {
        return codePoint != 0 && codePoint != '\t';
    }

    boolean allows(int[] characters) {
        if (characters.length > config.maxPieceLength()) {
            return false;
        }
        if (config.splitDigits() && characters.length > 1 && containsDigit(characters)) {
            return false;
        }
        return allowsSpaces(characters) && (!config.splitByUnicodeScript() || isOneScript(characters));
    }

    private static boolean containsDigit(int[] characters) {
        for (int character : characters) {
            if (isDigit(character)) {
                return true;
            }
        }
        return false;
    }

    /** ASCII and full-width digits, the ones that SentencePiece knows. */
    private static boolean isDigit(int codePoint) {
        return (codePoint >= '0' && codePoint <= '9') || (codePoint >= 0xFF10 && codePoint <= 0xFF19);
    }

    /** A space leads a piece; without splitting at spaces one may also stand inside, but not at the end. */
    private boolean allowsSpaces(int[] characters) {
        if (config.allowWhitespaceOnlyPieces() && areAllSpaces(characters)) {
            return true;
        }
        int last = characters.length - 1;
        for (int i = 1; i <= last; i++) {
            if (characters[i] == Piece.SPACE_MARK && (config.splitByWhitespace() || i == last)) {
                return false;
            }
        }
        return true;
    }

    private static boolean areAllSpaces(int[] characters) {
        for (int character : characters) {
            if (character != Piece.SPACE_MARK) {
                return false;
            }
        }
        return true;
    }

    private boolean isOneScript(int[] characters) {
        @Nullable UnicodeScript script = null;
        for (int character : characters) {
            if (character == Piece.SPACE_MARK) {
                continue;
            }
            UnicodeScript own = scriptOf(character);
            if (own == UnicodeScript.INHERITED) {
                own = script;
            }
            if (!config.splitByNumber() && isDigit(character)) {
                own = null;
            }
            if (script != null && own != null && own != script) {
                return false;
            }
            script = own;
        }
        return true;
    }

    private UnicodeScript scriptOf(int codePoint) {
        return scripts.computeIfAbsent(codePoint, PieceRules::computeScript);
    }

    private static UnicodeScript computeScript(int codePoint) {
        UnicodeScript script = UnicodeScript.of(codePoint);
        return switch (script) {
            case HIRAGANA, KATAKANA -> UnicodeScript.HAN;
            case UNKNOWN -> UnicodeScript.COMMON;
            // The long vowel mark is common to both Japanese syllabaries.
            default -> codePoint == 0x30FC ? UnicodeScript.HAN : script;
        };
    }
}
