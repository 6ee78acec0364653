package dev.cria.tokenizer;

import java.util.List;

/**
 * SentencePiece's decoding of one id after another: what each piece reads as, given what came before. The first space mark of the
 * text is the dummy prefix and is dropped.
 */
final class PieceDecoder implements StreamingDecoder {
    private final BpeTokenizer tokenizer;
    private final List<Piece> pieces;
    private final Utf8Assembler assembler = new Utf8Assembler();
    private final StringBuilder text = new StringBuilder();
    private final LeadingSpace leadingSpace;

    PieceDecoder(BpeTokenizer tokenizer, List<Piece> pieces) {
        this.tokenizer = tokenizer;
        this.pieces = pieces;
        this.leadingSpace = tokenizer.leadingSpace();
    }

    @Override
    public String add(int id) {
        TokenIds.checkInRange(id, pieces.size());
        if (pieces.get(id).type() == PieceType.BYTE) {
            assembler.add((byte) tokenizer.byteValue(id), text);
        } else {
            assembler.flush(text);
            leadingSpace.sawText(text.length() > 0);
            text.append(leadingSpace.strip(tokenizer.surface(id), pieces.get(id).type()));
        }
        return take();
    }

    @Override
    public String finish() {
        assembler.flush(text);
        return take();
    }

    private String take() {
        leadingSpace.sawText(text.length() > 0);
        String taken = text.toString();
        text.setLength(0);
        return taken;
    }
}
