package dev.cria.tokenizer;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * Writes Hugging Face's {@code tokenizer.json} and {@code tokenizer_config.json} for a SentencePiece model. The older form with a
 * normaliser is used, not Metaspace: that one leaves out the dummy prefix before a space, where SentencePiece has it.
 */
final class HuggingFaceWriter {
    static final String TOKENIZER_FILE = "tokenizer.json";
    static final String CONFIG_FILE = "tokenizer_config.json";

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String MARK = String.valueOf(Piece.SPACE_MARK);

    private final SentencePieceModel model;

    HuggingFaceWriter(SentencePieceModel model) {
        this.model = model;
    }

    /** Why the format cannot express this model, if so. */
    Optional<String> obstacle() {
        if (model.removeExtraWhitespaces()) {
            return Optional.of("it removes extra whitespace");
        }
        if (model.pieces().stream().anyMatch(piece -> piece.type() == PieceType.USER_DEFINED)) {
            return Optional.of("it has user-defined pieces");
        }
        return Optional.empty();
    }

    byte[] tokenizerJson() {
        ObjectNode root = JSON.createObjectNode();
        root.put("version", "1.0").putNull("truncation").putNull("padding");
        root.set("added_tokens", addedTokens());
        root.set("normalizer", normalizer());
        root.putNull("pre_tokenizer");
        root.set("post_processor", postProcessor());
        root.set("decoder", decoder());
        root.set("model", bpe());
        return bytes(root);
    }

    byte[] configJson() {
        ObjectNode root = JSON.createObjectNode();
        root.put("tokenizer_class", "PreTrainedTokenizerFast");
        putIfControl(root, "bos_token", model.specials().bos());
        putIfControl(root, "eos_token", model.specials().eos());
        root.put("unk_token", unkPiece()).put("clean_up_tokenization_spaces", false);
        return bytes(root);
    }

    private void putIfControl(ObjectNode root, String key, String name) {
        if (model.controlId(name) >= 0) {
            root.put(key, name);
        }
    }

    private ArrayNode addedTokens() {
        ArrayNode tokens = JSON.createArrayNode();
        for (int id = 0; id < model.pieces().size(); id++) {
            Piece piece = model.pieces().get(id);
            if (piece.type() == PieceType.CONTROL || piece.type() == PieceType.UNKNOWN) {
                tokens.addObject()
                        .put("id", id)
                        .put("content", piece.text())
                        .put("single_word", false)
                        .put("lstrip", false)
                        .put("rstrip", false)
                        .put("normalized", false)
                        .put("special", true);
            }
        }
        return tokens;
    }

    private ObjectNode normalizer() {
        ObjectNode replace = replace(" ", MARK);
        if (!model.addDummyPrefix()) {
            return replace;
        }
        ObjectNode prepend = JSON.createObjectNode().put("type", "Prepend").put("prepend", MARK);
        return sequence("normalizers", prepend, replace);
    }

    /** Puts bos before a text, as Llama's files do; Cria itself leaves that to the caller. */
    private ObjectNode postProcessor() {
        ObjectNode processor = JSON.createObjectNode().put("type", "TemplateProcessing");
        int bosId = model.controlId(model.specials().bos());
        for (String kind : List.of("single", "pair")) {
            ArrayNode template = processor.putArray(kind);
            for (int i = 0; i < (kind.equals("single") ? 1 : 2); i++) {
                if (bosId >= 0) {
                    template.addObject()
                            .putObject("SpecialToken")
                            .put("id", model.specials().bos())
                            .put("type_id", i);
                }
                template.addObject()
                        .putObject("Sequence")
                        .put("id", i == 0 ? "A" : "B")
                        .put("type_id", i);
            }
        }
        ObjectNode special = processor.putObject("special_tokens");
        if (bosId >= 0) {
            ObjectNode bos = special.putObject(model.specials().bos());
            bos.put("id", model.specials().bos()).putArray("ids").add(bosId);
            bos.putArray("tokens").add(model.specials().bos());
        }
        return processor;
    }

    private ObjectNode decoder() {
        ObjectNode fuse = JSON.createObjectNode().put("type", "Fuse");
        ObjectNode byteFallback = JSON.createObjectNode().put("type", "ByteFallback");
        ObjectNode replace = replace(MARK, " ");
        if (!model.addDummyPrefix()) {
            return sequence("decoders", replace, byteFallback, fuse);
        }
        ObjectNode strip = JSON.createObjectNode()
                .put("type", "Strip")
                .put("content", " ")
                .put("start", 1)
                .put("stop", 0);
        return sequence("decoders", replace, byteFallback, fuse, strip);
    }

    private static ObjectNode replace(String from, String to) {
        ObjectNode replace = JSON.createObjectNode().put("type", "Replace");
        replace.putObject("pattern").put("String", from);
        return replace.put("content", to);
    }

    private static ObjectNode sequence(String key, ObjectNode... parts) {
        ObjectNode sequence = JSON.createObjectNode().put("type", "Sequence");
        sequence.putArray(key).addAll(List.of(parts));
        return sequence;
    }

    private ObjectNode bpe() {
        ObjectNode bpe = JSON.createObjectNode().put("type", "BPE");
        bpe.putNull("dropout").put("unk_token", unkPiece());
        bpe.putNull("continuing_subword_prefix").putNull("end_of_word_suffix");
        bpe.put("fuse_unk", true).put("byte_fallback", model.byteFallback()).put("ignore_merges", false);
        ObjectNode vocab = bpe.putObject("vocab");
        for (int id = 0; id < model.pieces().size(); id++) {
            vocab.put(model.pieces().get(id).text(), id);
        }
        bpe.set("merges", merges());
        return bpe;
    }

    private String unkPiece() {
        return model.pieces().stream()
                .filter(piece -> piece.type() == PieceType.UNKNOWN)
                .findFirst()
                .orElseThrow()
                .text();
    }

    /** All splits of every piece into two pieces, the piece of highest score first; of one piece by the ids of the sides. */
    private ArrayNode merges() {
        List<Piece> pieces = model.pieces();
        Symbols symbols = new Symbols(pieces);
        List<Integer> order = new ArrayList<>();
        for (int id = 0; id < pieces.size(); id++) {
            if (pieces.get(id).isMergeable()) {
                order.add(id);
            }
        }
        order.sort(Comparator.comparing(id -> -pieces.get(id).score()));
        ArrayNode merges = JSON.createArrayNode();
        for (int id : order) {
            for (int[] split : splits(pieces.get(id).text(), symbols)) {
                merges.addArray()
                        .add(pieces.get(split[0]).text())
                        .add(pieces.get(split[1]).text());
            }
        }
        return merges;
    }

    private static List<int[]> splits(String text, Symbols symbols) {
        List<int[]> splits = new ArrayList<>();
        for (int i = text.offsetByCodePoints(0, 1); i < text.length(); i = text.offsetByCodePoints(i, 1)) {
            int left = symbols.ofText(text.substring(0, i));
            int right = symbols.ofText(text.substring(i));
            if (symbols.isToken(left) && symbols.isToken(right)) {
                splits.add(new int[] {left, right});
            }
        }
        splits.sort(Comparator.<int[]>comparingInt(split -> split[0]).thenComparingInt(split -> split[1]));
        return splits;
    }

    static byte[] bytes(ObjectNode node) {
        try {
            return JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(node);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a tree of strings and numbers can be written", e);
        }
    }
}
