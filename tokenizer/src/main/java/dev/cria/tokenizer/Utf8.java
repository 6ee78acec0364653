package dev.cria.tokenizer;

import java.nio.charset.StandardCharsets;

/** UTF-8 with SentencePiece's view of what is valid: shortest forms of U+0000..U+10FFFF without surrogates. */
final class Utf8 {
    static final int REPLACEMENT = 0xFFFD;

    private Utf8() {}

    /** The UTF-8 form of a string, with each unpaired surrogate as U+FFFD. */
    static byte[] encode(String text) {
        return withoutUnpairedSurrogates(text).getBytes(StandardCharsets.UTF_8);
    }

    private static String withoutUnpairedSurrogates(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (Character.isSurrogate(text.charAt(i))) {
                if (!isPairAt(text, i)) {
                    return replaceUnpairedSurrogates(text);
                }
                i++;
            }
        }
        return text;
    }

    private static String replaceUnpairedSurrogates(String text) {
        StringBuilder fixed = new StringBuilder(text);
        for (int i = 0; i < text.length(); i++) {
            if (isPairAt(text, i)) {
                i++;
            } else if (Character.isSurrogate(text.charAt(i))) {
                fixed.setCharAt(i, (char) REPLACEMENT);
            }
        }
        return fixed.toString();
    }

    private static boolean isPairAt(String text, int i) {
        return i + 1 < text.length() && Character.isSurrogatePair(text.charAt(i), text.charAt(i + 1));
    }

    /** The byte length of the valid character at {@code start}, or 0 if there is none before {@code end}. */
    static int lengthOfCharacter(byte[] bytes, int start, int end) {
        int lead = bytes[start] & 0xFF;
        if (lead < 0x80) {
            return 1;
        }
        int length = lengthByLead(lead);
        if (length == 0 || end - start < length || !isPrefix(bytes, start, start + length)) {
            return 0;
        }
        return length;
    }

    /** Whether the bytes of {@code start..end-1}, at least one, begin (or are) one valid character. */
    static boolean isPrefix(byte[] bytes, int start, int end) {
        int lead = bytes[start] & 0xFF;
        if (lead < 0x80) {
            return end - start == 1;
        }
        if (end - start > lengthByLead(lead) || (end - start >= 2 && !isSecondByte(lead, bytes[start + 1] & 0xFF))) {
            return false;
        }
        for (int i = start + 2; i < end; i++) {
            if ((bytes[i] & 0xC0) != 0x80) {
                return false;
            }
        }
        return true;
    }

    private static int lengthByLead(int lead) {
        if (lead >= 0xC2 && lead <= 0xDF) {
            return 2;
        }
        if (lead >= 0xE0 && lead <= 0xEF) {
            return 3;
        }
        return lead >= 0xF0 && lead <= 0xF4 ? 4 : 0;
    }

    /** The second byte's range depends on the lead: no overlong forms, no surrogates, nothing past U+10FFFF. */
    private static boolean isSecondByte(int lead, int second) {
        int low = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
        int high = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
        return second >= low && second <= high;
    }

    /** The code point of a valid character of the given byte length. */
    static int codePoint(byte[] bytes, int start, int length) {
        return switch (length) {
            case 1 -> bytes[start];
            case 2 -> ((bytes[start] & 0x1F) << 6) | (bytes[start + 1] & 0x3F);
            case 3 -> ((bytes[start] & 0x0F) << 12) | ((bytes[start + 1] & 0x3F) << 6) | (bytes[start + 2] & 0x3F);
            default ->
                ((bytes[start] & 0x07) << 18)
                        | ((bytes[start + 1] & 0x3F) << 12)
                        | ((bytes[start + 2] & 0x3F) << 6)
                        | (bytes[start + 3] & 0x3F);
        };
    }

    /** For each byte of valid UTF-8, and for its end, how many chars of the string come before. */
    static int[] charOfByte(byte[] utf8) {
        int[] chars = new int[utf8.length + 1];
        int count = 0;
        for (int i = 0; i < utf8.length; i++) {
            chars[i] = count;
            // A char ends with the last byte of its character; a character of four bytes has two.
            boolean ends = i + 1 == utf8.length || (utf8[i + 1] & 0xC0) != 0x80;
            boolean wide = (utf8[i] & 0xFF) >= 0xF0;
            count += (ends ? 1 : 0) + (wide ? 1 : 0);
        }
        chars[utf8.length] = count;
        return chars;
    }
}
