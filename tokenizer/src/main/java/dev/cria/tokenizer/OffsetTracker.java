package dev.cria.tokenizer;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Follows the tokens of a text through its normalised form back to the text. */
final class OffsetTracker {
    private final List<Piece> pieces;
    private final NormalizedText normalized;
    private final int[] charOfByte;
    private final List<Token> tokens = new ArrayList<>();

    OffsetTracker(List<Piece> pieces, NormalizedText normalized, byte[] utf8) {
        this.pieces = pieces;
        this.normalized = normalized;
        this.charOfByte = Utf8.charOfByte(utf8);
    }

    /** The tokens of ids in which every unknown character stands by itself. */
    List<Token> track(int[] ids) {
        int position = 0;
        for (int id : ids) {
            position = add(id, position);
        }
        return tokens;
    }

    /** Adds a token that starts at a place of the normalised text and returns where it ends. */
    private int add(int id, int position) {
        int character = characterStart(position);
        int characterEnd = character + BpeEncoder.lengthOfCharacter(normalized.bytes()[character]);
        switch (pieces.get(id).type()) {
            case BYTE -> {
                addToken(id, character, position + 1 == characterEnd ? characterEnd : character);
                return position + 1;
            }
            case UNKNOWN -> {
                addUnknown(id, position, characterEnd);
                return characterEnd;
            }
            default -> {
                int end = position + pieces.get(id).text().getBytes(StandardCharsets.UTF_8).length;
                addToken(id, position, end);
                return end;
            }
        }
    }

    /** A run of unknown characters is one token. */
    private void addUnknown(int id, int position, int end) {
        int last = tokens.size() - 1;
        if (last >= 0 && tokens.get(last).id() == id) {
            Token first = tokens.remove(last);
            addToken(id, first.byteStart(), first.charStart(), normalized.origin(end));
        } else {
            addToken(id, position, end);
        }
    }

    private void addToken(int id, int start, int end) {
        int byteStart = normalized.origin(start);
        addToken(id, byteStart, charOfByte[byteStart], normalized.origin(end));
    }

    private void addToken(int id, int byteStart, int charStart, int byteEnd) {
        tokens.add(new Token(id, byteStart, byteEnd, charStart, charOfByte[byteEnd]));
    }

    private int characterStart(int position) {
        int start = position;
        while ((normalized.bytes()[start] & 0xC0) == 0x80) {
            start--;
        }
        return start;
    }
}
