package dev.cria.tokenizer;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Llama's tokenizer: byte-pair encoding with the semantics of SentencePiece, whose ids and text it equals on every input. Bytes that are
 * not valid UTF-8 each count as U+FFFD.
 */
public final class BpeTokenizer implements Tokenizer {
    static final String MODEL_FILE = "tokenizer.model";

    private static final Logger LOG = LoggerFactory.getLogger(BpeTokenizer.class);

    private final SentencePieceModel model;
    private final DummyPrefix dummyPrefix;
    private final String fileName;
    private final byte[] savedForm;
    private final BpeEncoder encoder;
    private final PieceMatcher userDefined;
    private final String[] surfaces;
    private final int[] byteValues;
    private final int unkId;
    private final int bosId;
    private final int eosId;

    private BpeTokenizer(
            SentencePieceModel model,
            DummyPrefix dummyPrefix,
            Symbols symbols,
            MergeTable merges,
            String fileName,
            byte[] savedForm) {
        this.model = model;
        this.dummyPrefix = dummyPrefix;
        this.fileName = fileName;
        this.savedForm = savedForm;
        List<Piece> pieces = model.pieces();
        int[] byteIds = new int[model.byteFallback() ? 256 : 0];
        surfaces = new String[pieces.size()];
        byteValues = new int[pieces.size()];
        int unknown = 0;
        for (int id = 0; id < surfaces.length; id++) {
            Piece piece = pieces.get(id);
            surfaces[id] = surfaceOf(piece, model.specials());
            if (piece.type() == PieceType.BYTE) {
                byteValues[id] = Integer.parseInt(piece.text(), 3, 5, 16);
                byteIds[byteValues[id]] = id;
            } else if (piece.type() == PieceType.UNKNOWN) {
                unknown = id;
            }
        }
        unkId = unknown;
        bosId = model.controlId(model.specials().bos());
        eosId = model.controlId(model.specials().eos());
        userDefined = new PieceMatcher(pieces, piece -> piece.type() == PieceType.USER_DEFINED);
        encoder = new BpeEncoder(pieces, symbols, merges, byteIds, unkId);
    }

    /**
     * Makes a tokenizer from the content of a SentencePiece {@code .model} file.
     *
     * @throws IllegalArgumentException if the content is broken, or of a type or with a normaliser that is not supported
     */
    public static BpeTokenizer fromSentencePiece(byte[] content) {
        SentencePieceModel model = SentencePieceModel.parse(content);
        Symbols symbols = new Symbols(model.pieces());
        MergeTable merges = MergeTable.byScore(model.pieces(), symbols);
        DummyPrefix prefix = model.addDummyPrefix() ? DummyPrefix.ALWAYS : DummyPrefix.NEVER;
        return new BpeTokenizer(model, prefix, symbols, merges, MODEL_FILE, content.clone());
    }

    /** Makes a tokenizer from a Hugging Face file's parts; {@code merges} has rows {left, right, merged}, the first merge first. */
    static BpeTokenizer fromMerges(SentencePieceModel model, DummyPrefix prefix, List<int[]> merges, byte[] content) {
        Symbols symbols = new Symbols(model.pieces());
        MergeTable table = MergeTable.byList(merges);
        return new BpeTokenizer(model, prefix, symbols, table, HuggingFaceWriter.TOKENIZER_FILE, content.clone());
    }

    private static String surfaceOf(Piece piece, SpecialPieces specials) {
        return switch (piece.type()) {
            case CONTROL, BYTE -> "";
            case UNKNOWN -> specials.unkSurface();
            default -> piece.text().replace(Piece.SPACE_MARK, ' ');
        };
    }

    @Override
    public int vocabSize() {
        return surfaces.length;
    }

    @Override
    public int bosId() {
        return bosId;
    }

    @Override
    public int eosId() {
        return eosId;
    }

    /** The id of characters that have no other; with byte fallback no text encodes to it. */
    public int unkId() {
        return unkId;
    }

    /**
     * This tokenizer with one more control piece, such as a chat format's separator, under the next free id. All other ids
     * stay as they are.
     *
     * @throws IllegalArgumentException if it has a piece of this name, or was read from {@code tokenizer.json}
     */
    public BpeTokenizer withControlPiece(String name) {
        if (!fileName.equals(MODEL_FILE)) {
            throw new IllegalArgumentException("a piece cannot be added to a tokenizer.json; add '" + name
                    + "' with the library that made it, or use a SentencePiece model");
        }
        // A protocol buffer goes on where another ends: appended pieces follow those that are there.
        byte[] piece = new ProtoWriter()
                .message(1, new ProtoWriter().string(1, name).float32(2, 0).integer(3, PieceType.CONTROL.number()))
                .toByteArray();
        byte[] content = Arrays.copyOf(savedForm, savedForm.length + piece.length);
        System.arraycopy(piece, 0, content, savedForm.length, piece.length);
        return fromSentencePiece(content);
    }

    /** The vocabulary. */
    public SentencePieceModel model() {
        return model;
    }

    @Override
    public String piece(int id) {
        TokenIds.checkInRange(id, surfaces.length);
        return model.pieces().get(id).text();
    }

    @Override
    public int[] encode(String text) {
        return encode(Utf8.encode(text));
    }

    /** {@inheritDoc} Here each byte that is not part of a valid character counts as U+FFFD. */
    @Override
    public int[] encode(byte[] utf8) {
        return mergeUnknownRuns(encodeNormalized(normalize(utf8, false)));
    }

    @Override
    public List<Token> encodeWithOffsets(String text) {
        byte[] utf8 = Utf8.encode(text);
        NormalizedText normalized = normalize(utf8, true);
        return new OffsetTracker(model.pieces(), normalized, utf8).track(encodeNormalized(normalized));
    }

    /**
     * Encodes a text in which the names of control pieces, such as {@code "</s>"}, stand for their ids. Every stretch between them is
     * encoded as a text of its own. Never for text that a user can write.
     */
    public int[] encodeWithControls(String text) {
        byte[] utf8 = Utf8.encode(text);
        PieceMatcher controls = new PieceMatcher(model.pieces(), piece -> piece.type() == PieceType.CONTROL);
        IntList ids = new IntList(text.length() / 3);
        int start = 0;
        for (int i = 0; i < utf8.length; ) {
            long match = controls.longestAt(utf8, i, utf8.length);
            if (match == PairMap.ABSENT) {
                i++;
            } else {
                ids.addAll(encode(Arrays.copyOfRange(utf8, start, i)));
                ids.add(PieceMatcher.id(match));
                i += PieceMatcher.length(match);
                start = i;
            }
        }
        ids.addAll(encode(Arrays.copyOfRange(utf8, start, utf8.length)));
        return ids.toArray();
    }

    private NormalizedText normalize(byte[] utf8, boolean withOrigins) {
        return NormalizedText.of(utf8, dummyPrefix, model.removeExtraWhitespaces(), withOrigins);
    }

    /** The ids of a normalised text, every unknown character by itself. */
    private int[] encodeNormalized(NormalizedText text) {
        IntList ids = new IntList(text.length() / 3);
        int start = 0;
        if (!userDefined.isEmpty()) {
            start = encodeAroundUserDefined(text.bytes(), text.length(), ids);
        }
        encoder.encode(text.bytes(), start, text.length(), ids);
        return ids.toArray();
    }

    /** Encodes up to and including the last user-defined piece and returns where that ends. */
    private int encodeAroundUserDefined(byte[] text, int end, IntList ids) {
        int start = 0;
        int position = 0;
        while (position < end) {
            long match = userDefined.longestAt(text, position, end);
            if (match == PairMap.ABSENT) {
                position += BpeEncoder.lengthOfCharacter(text[position]);
            } else {
                encoder.encode(text, start, position, ids);
                ids.add(PieceMatcher.id(match));
                position += PieceMatcher.length(match);
                start = position;
            }
        }
        return start;
    }

    /** Without byte fallback SentencePiece makes a run of unknown characters one token. */
    private int[] mergeUnknownRuns(int[] ids) {
        if (model.byteFallback()) {
            return ids;
        }
        IntList merged = new IntList(ids.length);
        for (int i = 0; i < ids.length; i++) {
            if (i == 0 || ids[i] != unkId || ids[i - 1] != unkId) {
                merged.add(ids[i]);
            }
        }
        return merged.toArray();
    }

    @Override
    public byte[] decodeBytes(int[] ids) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(ids.length * 4);
        LeadingSpace leadingSpace = leadingSpace();
        for (int id : ids) {
            TokenIds.checkInRange(id, surfaces.length);
            PieceType type = model.pieces().get(id).type();
            if (type == PieceType.BYTE) {
                bytes.write(byteValues[id]);
            } else {
                bytes.writeBytes(leadingSpace.strip(surfaces[id], type).getBytes(StandardCharsets.UTF_8));
            }
            leadingSpace.sawText(bytes.size() > 0);
        }
        return bytes.toByteArray();
    }

    @Override
    public StreamingDecoder streamingDecoder() {
        return new PieceDecoder(this, model.pieces());
    }

    LeadingSpace leadingSpace() {
        return new LeadingSpace(model.addDummyPrefix(), model.removeExtraWhitespaces());
    }

    String surface(int id) {
        return surfaces[id];
    }

    int byteValue(int id) {
        return byteValues[id];
    }

    @Override
    public String fingerprint() {
        return TokenizerFiles.sha256(savedForm);
    }

    /**
     * {@inheritDoc} A SentencePiece model is written as {@code tokenizer.model}, and where the format can express it also as
     * {@code tokenizer.json} for Transformers; one that was read from {@code tokenizer.json} is written as that.
     */
    @Override
    public void save(Path directory) {
        HuggingFaceWriter writer = new HuggingFaceWriter(model);
        TokenizerFiles.write(directory.resolve(fileName), savedForm);
        if (fileName.equals(MODEL_FILE)) {
            if (writer.obstacle().isPresent()) {
                LOG.info(
                        "No {} is written: {}.",
                        HuggingFaceWriter.TOKENIZER_FILE,
                        writer.obstacle().get());
                return;
            }
            TokenizerFiles.write(directory.resolve(HuggingFaceWriter.TOKENIZER_FILE), writer.tokenizerJson());
        }
        TokenizerFiles.write(directory.resolve(HuggingFaceWriter.CONFIG_FILE), writer.configJson());
    }
}
