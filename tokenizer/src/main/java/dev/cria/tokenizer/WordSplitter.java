package dev.cria.tokenizer;

import java.util.Arrays;
import java.util.List;

/**
 * Cuts lines into the words that are counted: normalised text, from one space (or run of spaces) to the next, and never across the text
 * of a special piece.
 */
final class WordSplitter {
    /** SentencePiece puts a tab in the place of a special piece, and counts it among the characters that coverage is a share of. */
    private static final byte[] BOUNDARY = {'\t'};

    private final BpeTrainerConfig config;
    private final PieceMatcher specials;

    WordSplitter(BpeTrainerConfig config, List<Piece> specials) {
        this.config = config;
        this.specials = new PieceMatcher(specials, piece -> true);
    }

    void split(byte[] buffer, int start, int end, WordCounter words) {
        byte[] line = Arrays.copyOfRange(buffer, start, end);
        NormalizedText text = NormalizedText.of(
                line,
                config.addDummyPrefix() ? DummyPrefix.ALWAYS : DummyPrefix.NEVER,
                config.removeExtraWhitespaces(),
                false);
        byte[] bytes = text.bytes();
        int wordStart = 0;
        boolean afterSpace = false;
        for (int i = 0; i < text.length(); ) {
            long special = specials.longestAt(bytes, i, text.length());
            if (special != PairMap.ABSENT) {
                count(bytes, wordStart, i, words);
                count(BOUNDARY, 0, 1, words);
                i += PieceMatcher.length(special);
                wordStart = i;
                afterSpace = false;
                continue;
            }
            boolean space = NormalizedText.isSpaceMark(bytes, i, text.length());
            if (space && config.splitByWhitespace() && !(afterSpace && config.allowWhitespaceOnlyPieces())) {
                count(bytes, wordStart, i, words);
                wordStart = i;
            }
            afterSpace = space;
            i += BpeEncoder.lengthOfCharacter(bytes[i]);
        }
        count(bytes, wordStart, text.length(), words);
    }

    private static void count(byte[] text, int start, int end, WordCounter words) {
        if (start < end) {
            words.add(text, start, end);
        }
    }
}
