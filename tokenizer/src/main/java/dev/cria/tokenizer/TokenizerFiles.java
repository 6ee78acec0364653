package dev.cria.tokenizer;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;

/** Finds, reads and writes tokenizer files of every kind. */
final class TokenizerFiles {
    /** The largest tokenizer file that is read; Llama 3's tokenizer.json has 9 MB. */
    private static final long MAX_BYTES = 256L << 20;

    private static final List<String> FILE_NAMES =
            List.of(BpeTokenizer.MODEL_FILE, HuggingFaceWriter.TOKENIZER_FILE, ByteTokenizer.FILE_NAME);
    private static final ObjectMapper JSON = new ObjectMapper()
            .enable(
                    DeserializationFeature.FAIL_ON_READING_DUP_TREE_KEY,
                    DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

    private TokenizerFiles() {}

    static Tokenizer load(Path path) {
        Path file = Files.isDirectory(path) ? findIn(path) : path;
        return parse(read(file), file);
    }

    private static Path findIn(Path directory) {
        for (String name : FILE_NAMES) {
            Path file = directory.resolve(name);
            if (Files.isRegularFile(file)) {
                return file;
            }
        }
        throw new IllegalArgumentException(
                directory + ": no tokenizer here; expected one of " + String.join(", ", FILE_NAMES));
    }

    private static Tokenizer parse(byte[] content, Path file) {
        if (content.length == 0 || content[0] != '{') {
            return parseModel(content, file);
        }
        JsonNode json = parseJson(content, file);
        if (json.path("format").asText().equals(ByteTokenizer.FORMAT)) {
            return ByteTokenizer.fromJson(json, file);
        }
        try {
            return new HuggingFaceReader(json, readConfig(file.resolveSibling(HuggingFaceWriter.CONFIG_FILE)))
                    .read(content);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(file + ": not a usable tokenizer.json: " + e.getMessage(), e);
        }
    }

    /** The content of a {@code tokenizer_config.json}, empty if there is none. */
    static ObjectNode readConfig(Path file) {
        if (!Files.isRegularFile(file)) {
            return JSON.createObjectNode();
        }
        if (parseJson(read(file), file) instanceof ObjectNode config) {
            return config;
        }
        throw new IllegalArgumentException(file + ": not a JSON object");
    }

    private static Tokenizer parseModel(byte[] content, Path file) {
        try {
            return BpeTokenizer.fromSentencePiece(content);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(file + ": not a usable SentencePiece model: " + e.getMessage(), e);
        }
    }

    private static JsonNode parseJson(byte[] content, Path file) {
        try {
            return JSON.readTree(content);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(file + ": not valid JSON: " + e.getOriginalMessage(), e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static byte[] read(Path file) {
        if (!Files.isRegularFile(file)) {
            throw new IllegalArgumentException(file + ": no such file");
        }
        try {
            long size = Files.size(file);
            if (size > MAX_BYTES) {
                throw new IllegalArgumentException(
                        file + ": " + size + " bytes is more than any tokenizer file; the limit is " + MAX_BYTES);
            }
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + file + ": " + e.getMessage(), e);
        }
    }

    /** Writes through a temporary sibling, so that a crash leaves the old file or none. */
    static void write(Path file, byte[] content) {
        Path directory = file.toAbsolutePath().getParent();
        try {
            Files.createDirectories(directory);
            // Not createTempFile: its files are readable by their owner alone.
            Path temporary = file.resolveSibling(
                    file.getFileName() + ".tmp-" + ProcessHandle.current().pid());
            try {
                Files.write(temporary, content);
                Files.move(temporary, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
            } finally {
                Files.deleteIfExists(temporary);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write " + file + ": " + e.getMessage(), e);
        }
    }

    static String sha256(byte[] content) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
