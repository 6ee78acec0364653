package dev.cria.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.zip.GZIPInputStream;

/** Compares a tokenizer with what {@code sentencepiece_cases.py} wrote. */
final class SentencePieceCases {
    private static final int VERSION = 1;
    private static final ObjectMapper JSON = new ObjectMapper();

    private final BpeTokenizer tokenizer;
    private int encodings;

    SentencePieceCases(BpeTokenizer tokenizer) {
        this.tokenizer = tokenizer;
    }

    /** Checks all cases of a file and returns how many of them were encodings. */
    int check(Path file) throws IOException {
        try (BufferedReader lines = new BufferedReader(
                new InputStreamReader(new GZIPInputStream(Files.newInputStream(file)), StandardCharsets.UTF_8))) {
            JsonNode header = JSON.readTree(lines.readLine());
            assertThat(header.path("version").asInt())
                    .as("version of %s; make it again with sentencepiece_cases.py", file)
                    .isEqualTo(VERSION);
            String where = file.getFileName() + ", seed " + header.path("seed") + ", line ";
            int line = 2;
            for (String text = lines.readLine(); text != null; text = lines.readLine()) {
                checkCase(JSON.readTree(text), where + line++);
            }
        }
        return encodings;
    }

    private void checkCase(JsonNode json, String where) throws IOException {
        int[] ids = JSON.treeToValue(json.path("ids"), int[].class);
        assertThat(tokenizer.decode(ids)).as(where).isEqualTo(json.path("text").asText());
        if (!json.has("utf8")) {
            return;
        }
        encodings++;
        byte[] utf8 = Base64.getDecoder().decode(json.path("utf8").asText());
        int[] encoded = tokenizer.encode(utf8);
        // AssertJ takes seconds to compare the million ids of a whole file.
        if (!Arrays.equals(encoded, ids)) {
            assertThat(encoded).as(where).isEqualTo(ids);
        }
        if (json.path("offsets").isArray()) {
            checkOffsets(new String(utf8, StandardCharsets.UTF_8), ids, json.path("offsets"), where);
        }
    }

    private void checkOffsets(String text, int[] ids, JsonNode offsets, String where) {
        List<Token> expected = new ArrayList<>();
        for (int i = 0; i < ids.length; i++) {
            int start = offsets.path(i).path(0).asInt();
            int end = offsets.path(i).path(1).asInt();
            expected.add(new Token(ids[i], start, end, charsBefore(text, start), charsBefore(text, end)));
        }
        assertThat(tokenizer.encodeWithOffsets(text)).as(where).isEqualTo(expected);
    }

    private static int charsBefore(String text, int byteOffset) {
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        return new String(utf8, 0, byteOffset, StandardCharsets.UTF_8).length();
    }
}
