package dev.cria.pretrain.prepare;

/**
 * Which documents are kept.
 *
 * @param minChars shortest document in characters; 0 for no limit
 * @param maxChars longest document in characters; 0 for no limit
 * @param minLetterShare least share of letters and blanks among the characters; 0 for no limit
 */
public record TextFilter(long minChars, long maxChars, double minLetterShare) {
    /** Checks the ranges. */
    public TextFilter {
        if (minChars < 0 || maxChars < 0 || !(minLetterShare >= 0 && minLetterShare <= 1)) {
            throw new IllegalArgumentException(
                    "minChars and maxChars must be at least 0 and minLetterShare in 0 to 1, got %d, %d and %s"
                            .formatted(minChars, maxChars, minLetterShare));
        }
    }

    /** Keeps every document. */
    public static TextFilter none() {
        return new TextFilter(0, 0, 0);
    }

    /** What becomes of a text. */
    Fate judge(String text) {
        if (text.isEmpty()) {
            return Fate.EMPTY;
        }
        if (text.length() < minChars) {
            return Fate.TOO_SHORT;
        }
        if (maxChars > 0 && text.length() > maxChars) {
            return Fate.TOO_LONG;
        }
        return minLetterShare > 0 && letterShare(text) < minLetterShare ? Fate.FEW_LETTERS : Fate.KEPT;
    }

    private static double letterShare(String text) {
        long letters = text.codePoints()
                .filter(c -> Character.isLetter(c) || Character.isWhitespace(c))
                .count();
        return (double) letters / text.codePointCount(0, text.length());
    }
}
