package dev.cria.tokenizer;

/** Joins single bytes to characters; each byte that cannot be part of a valid character becomes U+FFFD, as in SentencePiece. */
final class Utf8Assembler {
    private final byte[] pending = new byte[4];
    private int size;

    /** Takes a byte and appends the characters that are now certain. */
    void add(byte b, StringBuilder out) {
        pending[size++] = b;
        while (size > 0) {
            int length = Utf8.lengthOfCharacter(pending, 0, size);
            if (length > 0) {
                out.appendCodePoint(Utf8.codePoint(pending, 0, length));
                drop(length);
            } else if (Utf8.isPrefix(pending, 0, size)) {
                return;
            } else {
                out.append((char) Utf8.REPLACEMENT);
                drop(1);
            }
        }
    }

    /** Ends the run of bytes: what is unfinished becomes one U+FFFD per byte. */
    void flush(StringBuilder out) {
        for (; size > 0; size--) {
            out.append((char) Utf8.REPLACEMENT);
        }
    }

    private void drop(int count) {
        System.arraycopy(pending, count, pending, 0, size - count);
        size -= count;
    }
}
