package dev.cria.tokenizer;

import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Settings of BPE training, with SentencePiece's meaning; {@link #llama2} has Llama 2's values.
 *
 * @param vocabSize number of ids: special pieces, bytes, merges and single characters together
 * @param characterCoverage share of the text's characters, 0.98 to 1, that get an id of their own, the most frequent first
 * @param byteFallback whether all other characters become bytes (256 more ids) instead of unknown
 * @param splitDigits whether every digit is a token of its own
 * @param splitByUnicodeScript whether pieces must keep to one script
 * @param splitByNumber whether digits count as a script
 * @param splitByWhitespace whether pieces must not cross spaces
 * @param allowWhitespaceOnlyPieces whether runs of spaces can be pieces
 * @param maxPieceLength longest piece in characters, 1 to 512
 * @param maxLineBytes lines of more bytes are left out and counted; 0 for no limit
 * @param addDummyPrefix whether encoding puts a space before every text
 * @param removeExtraWhitespaces whether encoding drops spaces at the ends and shortens runs of them to one
 * @param controlPieces further pieces such as a separator, that no text encodes to
 * @param userDefinedPieces texts that are always one token
 */
public record BpeTrainerConfig(
        int vocabSize,
        double characterCoverage,
        boolean byteFallback,
        boolean splitDigits,
        boolean splitByUnicodeScript,
        boolean splitByNumber,
        boolean splitByWhitespace,
        boolean allowWhitespaceOnlyPieces,
        int maxPieceLength,
        int maxLineBytes,
        boolean addDummyPrefix,
        boolean removeExtraWhitespaces,
        List<String> controlPieces,
        List<String> userDefinedPieces) {
    /**
     * Checks the ranges.
     *
     * @throws IllegalArgumentException naming the setting that is out of range
     */
    public BpeTrainerConfig {
        require(vocabSize >= 1, "vocabSize", vocabSize, "at least 1");
        require(
                characterCoverage >= 0.98 && characterCoverage <= 1,
                "characterCoverage",
                characterCoverage,
                "0.98 to 1");
        require(maxPieceLength >= 1 && maxPieceLength <= 512, "maxPieceLength", maxPieceLength, "1 to 512");
        require(maxLineBytes >= 0, "maxLineBytes", maxLineBytes, "at least 0");
        controlPieces = List.copyOf(controlPieces);
        userDefinedPieces = List.copyOf(userDefinedPieces);
        Set<String> seen = new HashSet<>(
                List.of(SpecialPieces.DEFAULT.unk(), SpecialPieces.DEFAULT.bos(), SpecialPieces.DEFAULT.eos()));
        checkSymbols(controlPieces, "controlPieces", seen);
        checkSymbols(userDefinedPieces, "userDefinedPieces", seen);
    }

    /** The settings of Llama 2's own tokenizer, for any vocabulary size. */
    public static BpeTrainerConfig llama2(int vocabSize) {
        return new BpeTrainerConfig(
                vocabSize, 0.99995, true, true, true, true, true, true, 16, 0, true, false, List.of(), List.of());
    }

    /** The same settings with further control pieces. */
    public BpeTrainerConfig withControlPieces(List<String> pieces) {
        return new BpeTrainerConfig(
                vocabSize,
                characterCoverage,
                byteFallback,
                splitDigits,
                splitByUnicodeScript,
                splitByNumber,
                splitByWhitespace,
                allowWhitespaceOnlyPieces,
                maxPieceLength,
                maxLineBytes,
                addDummyPrefix,
                removeExtraWhitespaces,
                pieces,
                userDefinedPieces);
    }

    private static void require(boolean holds, String name, Object value, String range) {
        if (!holds) {
            throw new IllegalArgumentException(name + " is " + value + "; it must be " + range);
        }
    }

    private static void checkSymbols(List<String> symbols, String name, Set<String> seen) {
        for (String symbol : symbols) {
            boolean usable = !symbol.isEmpty() && symbol.indexOf(' ') < 0 && !symbol.matches("<0x[0-9A-F]{2}>");
            require(usable && seen.add(symbol), name, "'" + symbol + "'", "new, not empty and without spaces");
        }
    }
}
