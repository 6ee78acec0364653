package dev.cria.tokenizer;

import java.util.ArrayList;
import java.util.List;

/** Reads the fields of SentencePiece's {@code ModelProto} that bear on encoding and decoding; refuses what is not supported. */
final class SentencePieceReader {
    static final long BPE = 2;
    private static final List<String> MODEL_TYPES = List.of("", "unigram", "bpe", "word", "char");

    private final List<Piece> pieces = new ArrayList<>();
    // The defaults are those of the protocol buffer: an absent model type means unigram.
    private long modelType = 1;
    private boolean byteFallback;
    private boolean addDummyPrefix = true;
    private boolean removeExtraWhitespaces = true;
    private String unk = SpecialPieces.DEFAULT.unk();
    private String bos = SpecialPieces.DEFAULT.bos();
    private String eos = SpecialPieces.DEFAULT.eos();
    private String pad = SpecialPieces.DEFAULT.pad();
    private String unkSurface = SpecialPieces.DEFAULT.unkSurface();

    SentencePieceModel read(byte[] content) {
        ProtoReader model = new ProtoReader(content);
        for (int field = model.nextField(); field != 0; field = model.nextField()) {
            switch (field) {
                case 1 -> pieces.add(readPiece(model.readMessage()));
                case 2 -> readTrainerSpec(model.readMessage());
                case 3 -> readNormalizerSpec(model.readMessage());
                case 5 -> readDenormalizerSpec(model.readMessage());
                default -> model.skip();
            }
        }
        if (modelType != BPE) {
            String name =
                    modelType > 0 && modelType < MODEL_TYPES.size() ? MODEL_TYPES.get((int) modelType) : "unknown";
            throw new IllegalArgumentException("a SentencePiece model of type " + name + "; only bpe is supported");
        }
        SpecialPieces specials = new SpecialPieces(unk, bos, eos, pad, unkSurface);
        return new SentencePieceModel(pieces, specials, byteFallback, addDummyPrefix, removeExtraWhitespaces);
    }

    private static Piece readPiece(ProtoReader message) {
        String text = "";
        float score = 0;
        PieceType type = PieceType.NORMAL;
        for (int field = message.nextField(); field != 0; field = message.nextField()) {
            switch (field) {
                case 1 -> text = message.readString();
                case 2 -> score = message.readFloat();
                case 3 -> type = PieceType.ofNumber(message.readInteger());
                default -> message.skip();
            }
        }
        return new Piece(text, score, type);
    }

    private void readTrainerSpec(ProtoReader spec) {
        for (int field = spec.nextField(); field != 0; field = spec.nextField()) {
            switch (field) {
                case 3 -> modelType = spec.readInteger();
                case 24 -> refuse(spec.readBoolean(), "treat_whitespace_as_suffix");
                case 35 -> byteFallback = spec.readBoolean();
                case 44 -> unkSurface = spec.readString();
                case 45 -> unk = spec.readString();
                case 46 -> bos = spec.readString();
                case 47 -> eos = spec.readString();
                case 48 -> pad = spec.readString();
                default -> spec.skip();
            }
        }
    }

    private void readNormalizerSpec(ProtoReader spec) {
        String name = "";
        boolean hasCharacterMap = false;
        for (int field = spec.nextField(); field != 0; field = spec.nextField()) {
            switch (field) {
                case 1 -> name = spec.readString();
                case 2 -> hasCharacterMap = spec.readLength() > 0;
                case 3 -> addDummyPrefix = spec.readBoolean();
                case 4 -> removeExtraWhitespaces = spec.readBoolean();
                case 5 -> refuse(!spec.readBoolean(), "escape_whitespaces=false");
                default -> spec.skip();
            }
        }
        refuse(hasCharacterMap, "the normaliser '" + name + "' (only identity is)");
    }

    private static void readDenormalizerSpec(ProtoReader spec) {
        for (int field = spec.nextField(); field != 0; field = spec.nextField()) {
            if (field == 2) {
                refuse(spec.readLength() > 0, "a denormaliser");
            } else {
                spec.skip();
            }
        }
    }

    private static void refuse(boolean found, String what) {
        if (found) {
            throw new IllegalArgumentException("the model uses " + what + ", which is not supported");
        }
    }
}
