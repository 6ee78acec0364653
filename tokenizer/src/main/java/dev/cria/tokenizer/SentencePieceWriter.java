package dev.cria.tokenizer;

/** Writes SentencePiece's {@code ModelProto}. */
final class SentencePieceWriter {
    /** SentencePiece's own bound where a line may have any length. */
    private static final int ANY_LENGTH = 1 << 30;

    private SentencePieceWriter() {}

    /** The content of a {@code .model} file for a model trained with these settings. */
    static byte[] write(SentencePieceModel model, BpeTrainerConfig config) {
        ProtoWriter proto = new ProtoWriter();
        for (Piece piece : model.pieces()) {
            ProtoWriter message = new ProtoWriter().string(1, piece.text()).float32(2, piece.score());
            if (piece.type() != PieceType.NORMAL) {
                message.integer(3, piece.type().number());
            }
            proto.message(1, message);
        }
        return proto.message(2, trainerSpec(model, config))
                .message(3, normalizerSpec(model))
                .toByteArray();
    }

    private static ProtoWriter trainerSpec(SentencePieceModel model, BpeTrainerConfig config) {
        ProtoWriter spec = new ProtoWriter()
                .integer(3, SentencePieceReader.BPE)
                .integer(4, model.pieces().size())
                .float32(10, (float) config.characterCoverage())
                .integer(18, config.maxLineBytes() == 0 ? ANY_LENGTH : config.maxLineBytes())
                .integer(20, config.maxPieceLength())
                .bool(21, config.splitByUnicodeScript())
                .bool(22, config.splitByWhitespace())
                .bool(23, config.splitByNumber())
                .bool(25, config.splitDigits())
                .bool(26, config.allowWhitespaceOnlyPieces());
        config.controlPieces().forEach(piece -> spec.string(30, piece));
        config.userDefinedPieces().forEach(piece -> spec.string(31, piece));
        return spec.bool(35, model.byteFallback())
                .string(44, model.specials().unkSurface())
                .string(45, model.specials().unk())
                .string(46, model.specials().bos())
                .string(47, model.specials().eos())
                .string(48, model.specials().pad());
    }

    private static ProtoWriter normalizerSpec(SentencePieceModel model) {
        return new ProtoWriter()
                .string(1, "identity")
                .bool(3, model.addDummyPrefix())
                .bool(4, model.removeExtraWhitespaces());
    }
}
