package dev.cria.tokenizer;

/** What a vocabulary entry is for; the numbers are SentencePiece's. */
public enum PieceType {
    /** Text that merges build. */
    NORMAL(1),
    /** The one id for characters that have no other. */
    UNKNOWN(2),
    /** A mark such as bos that no text encodes to and that decodes to nothing. */
    CONTROL(3),
    /** Text that is always one token, before any merge. */
    USER_DEFINED(4),
    /** Text that merges may pass through but that is no token. */
    UNUSED(5),
    /** One byte of a character that has no id of its own. */
    BYTE(6);

    private final int number;

    PieceType(int number) {
        this.number = number;
    }

    int number() {
        return number;
    }

    static PieceType ofNumber(long number) {
        if (number < 1 || number > values().length) {
            throw new IllegalArgumentException("piece type " + number + " is unknown; 1 to 6 are known");
        }
        return values()[(int) number - 1];
    }
}
