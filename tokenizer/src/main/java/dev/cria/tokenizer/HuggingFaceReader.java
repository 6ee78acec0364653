package dev.cria.tokenizer;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads Hugging Face's {@code tokenizer.json} of Llama's form and refuses, by name, every part that Llama's do not have. */
final class HuggingFaceReader {
    private static final String MARK = String.valueOf(Piece.SPACE_MARK);
    private static final int MAX_ID = 1 << 22;

    private final JsonNode root;
    private final JsonNode bpe;
    private final SpecialPieces specials;
    private final Map<String, Integer> ids = new HashMap<>();
    private final List<int[]> merges = new ArrayList<>();

    /** @param config the content of {@code tokenizer_config.json}, empty if there is none */
    HuggingFaceReader(JsonNode root, JsonNode config) {
        this.root = root;
        this.bpe = root.path("model");
        this.specials = specials(config);
    }

    /** Reads the file into a tokenizer that saves these bytes again. */
    BpeTokenizer read(byte[] content) {
        checkModel();
        readVocabulary();
        readMerges();
        DummyPrefix prefix = dummyPrefix();
        checkDecoder(prefix);
        SentencePieceModel model =
                new SentencePieceModel(pieces(), specials, byteFallback(), prefix != DummyPrefix.NEVER, false);
        return BpeTokenizer.fromMerges(model, prefix, merges, content);
    }

    private static SpecialPieces specials(JsonNode config) {
        SpecialPieces names = SpecialPieces.DEFAULT;
        return new SpecialPieces(
                name(config.path("unk_token"), names.unk()),
                name(config.path("bos_token"), names.bos()),
                name(config.path("eos_token"), names.eos()),
                name(config.path("pad_token"), names.pad()),
                names.unkSurface());
    }

    /** A token's name stands there as a string or as an object with its properties. */
    private static String name(JsonNode token, String fallback) {
        return token.isObject() ? token.path("content").asText(fallback) : token.asText(fallback);
    }

    private boolean byteFallback() {
        return bpe.path("byte_fallback").asBoolean(false);
    }

    private void checkModel() {
        refuseUnless(bpe.path("type").asText("BPE").equals("BPE"), "model type " + bpe.path("type"));
        refuseUnless(bpe.path("dropout").asDouble(0) == 0, "dropout");
        refuseUnless(!bpe.path("ignore_merges").asBoolean(false), "ignore_merges");
        refuseUnless(isBlank(bpe.path("continuing_subword_prefix")), "continuing_subword_prefix");
        refuseUnless(isBlank(bpe.path("end_of_word_suffix")), "end_of_word_suffix");
        refuseUnless(byteFallback() || bpe.path("fuse_unk").asBoolean(false), "fuse_unk=false without byte_fallback");
    }

    private static boolean isBlank(JsonNode node) {
        return node.isMissingNode() || node.isNull() || node.asText().isEmpty();
    }

    private void readVocabulary() {
        for (Map.Entry<String, JsonNode> entry : bpe.path("vocab").properties()) {
            addId(entry.getKey(), entry.getValue());
        }
        for (JsonNode token : root.path("added_tokens")) {
            String text = token.path("content").asText();
            refuseUnless(token.path("special").asBoolean(false), "the added token '" + text + "' that is not special");
            Integer known = ids.get(text);
            if (known == null) {
                addId(text, token.path("id"));
            } else if (known != token.path("id").asInt(-1)) {
                throw new IllegalArgumentException(
                        "token '" + text + "' has two ids, " + known + " and " + token.path("id"));
            }
        }
    }

    private void addId(String text, JsonNode id) {
        if (!id.isIntegralNumber() || id.asLong() < 0 || id.asLong() > MAX_ID) {
            throw new IllegalArgumentException("token '" + text + "' has the id " + id + "; ids are 0 to " + MAX_ID);
        }
        ids.put(text, id.asInt());
    }

    private List<Piece> pieces() {
        Set<String> special = new HashSet<>();
        root.path("added_tokens")
                .forEach(token -> special.add(token.path("content").asText()));
        @Nullable Piece[] pieces = new Piece[ids.size()];
        for (Map.Entry<String, Integer> entry : ids.entrySet()) {
            int id = entry.getValue();
            if (id >= pieces.length || pieces[id] != null) {
                throw new IllegalArgumentException("token '" + entry.getKey() + "' has the id " + id
                        + (id >= pieces.length ? ", but ids must be without gaps" : ", which another token has too"));
            }
            pieces[id] = piece(entry.getKey(), special.contains(entry.getKey()));
        }
        scoreMerged(pieces);
        return Arrays.stream(pieces).map(Objects::requireNonNull).toList();
    }

    private Piece piece(String text, boolean special) {
        PieceType type = PieceType.NORMAL;
        if (text.equals(bpe.path("unk_token").asText(specials.unk()))) {
            type = PieceType.UNKNOWN;
        } else if (special) {
            type = PieceType.CONTROL;
        } else if (byteFallback() && text.matches("<0x[0-9A-F]{2}>")) {
            type = PieceType.BYTE;
        }
        return new Piece(text, 0, type);
    }

    /** Scores are for display here: minus the place of the first merge that yields the piece. */
    private void scoreMerged(@Nullable Piece[] pieces) {
        for (int rank = merges.size() - 1; rank >= 0; rank--) {
            int id = merges.get(rank)[2];
            pieces[id] = new Piece(Objects.requireNonNull(pieces[id]).text(), -(float) rank, PieceType.NORMAL);
        }
    }

    private void readMerges() {
        Set<Long> seen = new HashSet<>();
        for (JsonNode merge : bpe.path("merges")) {
            String[] sides = merge.isArray()
                    ? new String[] {merge.path(0).asText(), merge.path(1).asText()}
                    : merge.asText().split(" ", 2);
            if (sides.length != 2 || sides[0].isEmpty() || sides[1].isEmpty()) {
                throw new IllegalArgumentException("merge " + merges.size() + " is not a pair: " + merge);
            }
            int left = idOf(sides[0], merge);
            int right = idOf(sides[1], merge);
            if (!seen.add(((long) left << 32) | right)) {
                throw new IllegalArgumentException("merge " + merges.size() + " is there twice: " + merge);
            }
            merges.add(new int[] {left, right, idOf(sides[0] + sides[1], merge)});
        }
    }

    private int idOf(String text, JsonNode merge) {
        Integer id = ids.get(text);
        if (id == null) {
            throw new IllegalArgumentException("merge " + merges.size() + ", " + merge + ", needs the token '" + text
                    + "', which is not in the vocabulary");
        }
        return id;
    }

    private DummyPrefix dummyPrefix() {
        JsonNode normalizer = root.path("normalizer");
        JsonNode preTokenizer = root.path("pre_tokenizer");
        if (!preTokenizer.isObject()) {
            return prefixOfNormalizer(parts(normalizer, "normalizers"));
        }
        refuseUnless(parts(normalizer, "normalizers").isEmpty(), "a normaliser together with a pre-tokenizer");
        boolean metaspace = preTokenizer.path("type").asText().equals("Metaspace")
                && preTokenizer.path("replacement").asText().equals(MARK);
        refuseUnless(metaspace, "the pre-tokenizer " + preTokenizer);
        refuseUnless(!preTokenizer.path("split").asBoolean(true), "a Metaspace pre-tokenizer that splits");
        return switch (preTokenizer.path("prepend_scheme").asText("always")) {
            case "never" -> DummyPrefix.NEVER;
            case "always", "first" -> DummyPrefix.UNLESS_SPACE;
            default -> throw new IllegalArgumentException("unknown prepend_scheme in " + preTokenizer);
        };
    }

    private static DummyPrefix prefixOfNormalizer(List<JsonNode> parts) {
        JsonNode last = parts.isEmpty() ? null : parts.get(parts.size() - 1);
        boolean replaces = last != null
                && last.path("type").asText().equals("Replace")
                && last.path("pattern").path("String").asText().equals(" ")
                && last.path("content").asText().equals(MARK);
        boolean prepends = parts.size() == 2
                && parts.get(0).path("type").asText().equals("Prepend")
                && parts.get(0).path("prepend").asText().equals(MARK);
        refuseUnless(replaces && (parts.size() == 1 || prepends), "the normaliser " + parts);
        return prepends ? DummyPrefix.ALWAYS : DummyPrefix.NEVER;
    }

    private void checkDecoder(DummyPrefix prefix) {
        boolean strips = false;
        for (JsonNode part : parts(root.path("decoder"), "decoders")) {
            String type = part.path("type").asText();
            refuseUnless(
                    List.of("Replace", "ByteFallback", "Fuse", "Strip", "Metaspace")
                            .contains(type),
                    "the decoder " + part);
            strips |= type.equals("Strip") || type.equals("Metaspace");
        }
        refuseUnless(strips == (prefix != DummyPrefix.NEVER), "a decoder that does not undo the prefix");
    }

    /** The parts of a sequence, or the one part. */
    private static List<JsonNode> parts(JsonNode node, String key) {
        List<JsonNode> parts = new ArrayList<>();
        if (node.path("type").asText().equals("Sequence")) {
            node.path(key).forEach(parts::add);
        } else if (node.isObject()) {
            parts.add(node);
        }
        return parts;
    }

    private static void refuseUnless(boolean supported, String what) {
        if (!supported) {
            throw new IllegalArgumentException("the tokenizer uses " + what + ", which is not supported");
        }
    }
}
