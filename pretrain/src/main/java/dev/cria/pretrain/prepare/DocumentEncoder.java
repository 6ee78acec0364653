package dev.cria.pretrain.prepare;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.cria.core.io.InvalidFileException;
import dev.cria.tokenizer.Tokenizer;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/** What the workers do: parse, filter, hash, tokenize. Shared by all of them. */
final class DocumentEncoder {
    private static final long[] NONE = {};

    private final Tokenizer tokenizer;
    private final PrepareOptions options;
    private final ObjectMapper mapper = new ObjectMapper().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

    DocumentEncoder(Tokenizer tokenizer, PrepareOptions options) {
        this.tokenizer = tokenizer;
        this.options = options;
    }

    Encoded encode(RawDocument document) {
        String text = text(document);
        Fate fate = options.filter().judge(text);
        if (fate != Fate.KEPT) {
            return Encoded.dropped(fate);
        }
        byte[] utf8 = document.line() == 0 ? document.bytes() : text.getBytes(StandardCharsets.UTF_8);
        return new Encoded(
                Fate.KEPT,
                utf8.length,
                tokenizer.encode(utf8),
                options.removeDuplicates() ? sha256(utf8) : NONE,
                options.removeNearDuplicates() ? MinHash.bands(text) : NONE);
    }

    private String text(RawDocument document) {
        if (document.line() == 0) {
            return decode(document);
        }
        JsonNode text;
        try {
            text = mapper.readTree(decode(document)).path("text");
        } catch (JsonProcessingException e) {
            throw new InvalidFileException(
                    document.file(),
                    "line %d is not JSON: %s"
                            .formatted(
                                    document.line(),
                                    e.getOriginalMessage().lines().findFirst().orElse("")),
                    e);
        }
        if (!text.isTextual()) {
            throw new InvalidFileException(
                    document.file(), "line %d has no string \"text\"".formatted(document.line()));
        }
        return text.textValue();
    }

    private static String decode(RawDocument document) {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(document.bytes()))
                    .toString();
        } catch (CharacterCodingException e) {
            String where = document.line() == 0 ? "it" : "line " + document.line();
            throw new InvalidFileException(document.file(), where + " is not UTF-8 text; convert the file", e);
        }
    }

    private static long[] sha256(byte[] bytes) {
        try {
            ByteBuffer hash =
                    ByteBuffer.wrap(MessageDigest.getInstance("SHA-256").digest(bytes));
            return new long[] {hash.getLong(), hash.getLong()};
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
