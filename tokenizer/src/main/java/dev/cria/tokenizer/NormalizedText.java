package dev.cria.tokenizer;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A text as merging sees it: valid UTF-8 with U+2581 for every space, after SentencePiece's identity normaliser. Optionally knows
 * where each byte came from.
 */
final class NormalizedText {
    private static final byte[] SPACE_MARK = {(byte) 0xE2, (byte) 0x96, (byte) 0x81};
    private static final byte[] REPLACEMENT = {(byte) 0xEF, (byte) 0xBF, (byte) 0xBD};

    private byte[] bytes;
    private int length;
    private int @Nullable [] origins;

    private NormalizedText(int capacity, boolean withOrigins) {
        bytes = new byte[capacity];
        origins = withOrigins ? new int[capacity] : null;
    }

    /**
     * Normalises a text.
     *
     * @param dummyPrefix whether to put a space before the text
     * @param removeExtraWhitespaces whether to drop spaces at the ends and shorten runs of them to one
     * @param withOrigins whether to keep the origin of each byte
     */
    static NormalizedText of(
            byte[] text, DummyPrefix dummyPrefix, boolean removeExtraWhitespaces, boolean withOrigins) {
        NormalizedText normalized = new NormalizedText(capacityFor(text.length), withOrigins);
        int start = removeExtraWhitespaces ? skipSpaces(text, 0) : 0;
        if (start < text.length) {
            if (needsPrefix(text, start, dummyPrefix)) {
                normalized.append(SPACE_MARK, 0, SPACE_MARK.length, start);
            }
            normalized.appendAll(text, start, removeExtraWhitespaces);
            normalized.end(text.length, removeExtraWhitespaces);
        }
        return normalized;
    }

    byte[] bytes() {
        return bytes;
    }

    int length() {
        return length;
    }

    /** Where in the original text the byte at {@code position}, up to {@link #length} inclusive, came from. */
    int origin(int position) {
        if (origins == null) {
            throw new IllegalStateException("normalised without origins");
        }
        return origins[position];
    }

    /** Whether a space mark starts at this place. */
    static boolean isSpaceMark(byte[] bytes, int position, int end) {
        return bytes[position] == SPACE_MARK[0]
                && end - position >= 3
                && bytes[position + 1] == SPACE_MARK[1]
                && bytes[position + 2] == SPACE_MARK[2];
    }

    private static boolean needsPrefix(byte[] text, int start, DummyPrefix dummyPrefix) {
        boolean startsWithSpace = text[start] == ' ' || isSpaceMark(text, start, text.length);
        return dummyPrefix == DummyPrefix.ALWAYS || (dummyPrefix == DummyPrefix.UNLESS_SPACE && !startsWithSpace);
    }

    private static int capacityFor(int textLength) {
        return (int) Math.min(textLength + textLength / 2L + 16, Integer.MAX_VALUE - 8);
    }

    private static int skipSpaces(byte[] text, int from) {
        int i = from;
        while (i < text.length && text[i] == ' ') {
            i++;
        }
        return i;
    }

    private void appendAll(byte[] text, int start, boolean removeExtraWhitespaces) {
        int i = start;
        while (i < text.length) {
            int begin = i;
            if (text[i] == ' ') {
                i = removeExtraWhitespaces ? skipSpaces(text, i) : i + 1;
                append(SPACE_MARK, 0, SPACE_MARK.length, begin);
            } else {
                int characterLength = Utf8.lengthOfCharacter(text, i, text.length);
                if (characterLength > 0) {
                    append(text, i, characterLength, begin);
                    i += characterLength;
                } else {
                    append(REPLACEMENT, 0, REPLACEMENT.length, begin);
                    i++;
                }
            }
        }
    }

    private void end(int textLength, boolean trimmed) {
        int consumed = textLength;
        while (trimmed && length >= 3 && isSpaceMark(bytes, length - 3, length)) {
            length -= 3;
            consumed = origins == null ? consumed : origins[length];
        }
        if (origins != null) {
            ensure(1);
            origins[length] = consumed;
        }
    }

    private void append(byte[] source, int from, int count, int origin) {
        ensure(count);
        if (origins != null) {
            Arrays.fill(origins, length, length + count, origin);
        }
        for (int i = 0; i < count; i++) {
            bytes[length++] = source[from + i];
        }
    }

    private void ensure(int count) {
        if (bytes.length - length < count) {
            int needed = Math.addExact(length, count);
            int capacity = Math.max(needed, capacityFor(length));
            bytes = Arrays.copyOf(bytes, capacity);
            origins = origins == null ? null : Arrays.copyOf(origins, capacity);
        }
    }
}
