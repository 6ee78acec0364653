package dev.cria.tokenizer;

/** Strips the space that encoding put before the text; holds the state of one decoding. */
final class LeadingSpace {
    private final boolean strips;
    private final boolean stripsAll;
    private boolean expected = true;

    /**
     * @param addDummyPrefix whether encoding adds a space before the text
     * @param removeExtraWhitespaces whether encoding drops spaces, so that decoding drops every one at the start
     */
    LeadingSpace(boolean addDummyPrefix, boolean removeExtraWhitespaces) {
        strips = addDummyPrefix || removeExtraWhitespaces;
        stripsAll = removeExtraWhitespaces;
    }

    /** Tells that text was decoded, after which no space is a leading one. */
    void sawText(boolean any) {
        expected &= !any;
    }

    /** What a piece that reads as {@code surface} adds to the text. */
    String strip(String surface, PieceType type) {
        boolean isText = type == PieceType.NORMAL || type == PieceType.USER_DEFINED;
        if (!expected || !strips || !isText || surface.charAt(0) != ' ') {
            return surface;
        }
        expected = stripsAll;
        return surface.substring(1);
    }
}
