package dev.cria.core.data;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.cria.core.io.DurableFiles;
import dev.cria.core.io.FileErrors;
import dev.cria.core.io.InvalidFileException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/**
 * {@code shards.json}: what a directory of token shards holds.
 *
 * @param version of the form
 * @param tokenizer fingerprint of the tokenizer that made the tokens
 * @param vocabSize its vocabulary; all tokens are smaller
 * @param documents number of documents
 * @param shards number of tokens in each shard
 */
record ShardIndex(
        @JsonProperty(required = true) int version,
        @JsonProperty(required = true) String tokenizer,
        @JsonProperty(required = true) int vocabSize,
        @JsonProperty(required = true) long documents,
        @JsonProperty(required = true) List<Long> shards) {
    static final String FILE = "shards.json";
    static final String DOCUMENTS = "documents.npy";
    static final int VERSION = 1;
    private static final long MAX_BYTES = 1 << 20;

    private static final JsonMapper MAPPER = JsonMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
            .enable(DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    ShardIndex {
        shards = List.copyOf(shards);
    }

    static String shardFile(int shard) {
        return String.format(Locale.ROOT, "tokens-%05d.npy", shard);
    }

    static ShardIndex read(Path directory) {
        Path file = directory.resolve(FILE);
        try {
            if (!Files.isRegularFile(file)) {
                throw new InvalidFileException(
                        directory, "it has no " + FILE + "; prepare the text with `cria data prepare` first");
            }
            if (Files.size(file) > MAX_BYTES) {
                throw new InvalidFileException(file, "it is larger than any index; prepare the text again");
            }
            ShardIndex index = MAPPER.readValue(Files.readAllBytes(file), ShardIndex.class);
            if (index.version != VERSION) {
                throw new InvalidFileException(
                        file,
                        "its version is %d, this program knows %d; update Cria".formatted(index.version, VERSION));
            }
            return index;
        } catch (JsonProcessingException e) {
            throw new InvalidFileException(
                    file,
                    "it is malformed ("
                            + e.getOriginalMessage().lines().findFirst().orElse("") + "); prepare the text again",
                    e);
        } catch (IOException e) {
            throw FileErrors.unchecked("cannot read", file, e);
        }
    }

    void write(Path directory) {
        Path file = directory.resolve(FILE);
        try {
            DurableFiles.write(file, MAPPER.writerWithDefaultPrettyPrinter().writeValueAsBytes(this));
        } catch (JsonProcessingException e) {
            throw FileErrors.unchecked("cannot write", file, e);
        }
    }
}
