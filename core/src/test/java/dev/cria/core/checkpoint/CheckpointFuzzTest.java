package dev.cria.core.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.cria.core.data.TokenShardWriter;
import dev.cria.core.data.TokenShards;
import dev.cria.core.io.InvalidFileException;
import dev.cria.core.io.Mutations;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Randomly damaged files are refused with {@link InvalidFileException} or read within their bounds; nothing else happens.
 * The log says how many there were.
 */
class CheckpointFuzzTest {
    private static final Logger LOG = LoggerFactory.getLogger(CheckpointFuzzTest.class);
    private static final int UNIT = 400;
    private static final int NIGHTLY = 12_000;

    @TempDir
    Path directory;

    @Test
    @Timeout(60)
    void damagedTensorsAreRefused() throws IOException {
        fuzzTensors(1, UNIT);
        fuzzHeader(2, UNIT);
    }

    @Test
    @Tag("nightly")
    @Timeout(1800)
    void manyDamagedTensorsAreRefused() throws IOException {
        long seed = System.nanoTime();
        fuzzTensors(seed, NIGHTLY);
        fuzzHeader(seed + 1, NIGHTLY);
        fuzzIndex(seed + 2, NIGHTLY);
        fuzzManifest(seed + 3, NIGHTLY / 4);
        fuzzTrainerState(seed + 4, NIGHTLY / 4);
        fuzzTokenShards(seed + 5, NIGHTLY / 4);
    }

    @Test
    @Timeout(60)
    void damagedIndexesAreRefused() throws IOException {
        fuzzIndex(3, UNIT);
    }

    @Test
    @Timeout(60)
    void damagedManifestsAreRefused() throws IOException {
        fuzzManifest(4, UNIT);
    }

    @Test
    @Timeout(60)
    void damagedTrainerStatesAreRefused() throws IOException {
        fuzzTrainerState(5, UNIT);
    }

    @Test
    @Timeout(60)
    void damagedTokenShardsAreRefused() throws IOException {
        fuzzTokenShards(6, UNIT);
    }

    private void fuzzTensors(long seed, int count) throws IOException {
        Path file = directory.resolve("model.safetensors");
        Files.write(file, golden());
        fuzz("safetensors", file, seed, count, bytes -> bytes, () -> readAll(file));
    }

    /** Damages the header alone and mends its length, so that the damage gets past the first check. */
    private void fuzzHeader(long seed, int count) throws IOException {
        byte[] golden = golden();
        int headerBytes =
                (int) ByteBuffer.wrap(golden).order(ByteOrder.LITTLE_ENDIAN).getLong();
        Path file = directory.resolve("model.safetensors");
        Files.write(file, Arrays.copyOfRange(golden, 8, 8 + headerBytes));
        Finish mended = header -> ByteBuffer.allocate(golden.length - headerBytes + header.length)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(header.length)
                .put(header)
                .put(golden, 8 + headerBytes, golden.length - 8 - headerBytes)
                .array();
        fuzz("safetensors header", file, seed, count, mended, () -> readAll(file));
    }

    private void fuzzIndex(long seed, int count) throws IOException {
        Files.deleteIfExists(directory.resolve("model.safetensors"));
        SafetensorsWriter.write(
                directory,
                "model",
                List.of(
                        NamedTensor.of("a", DType.F32, new float[] {1, 2}, 2),
                        NamedTensor.of("b", DType.BF16, new float[] {3, 4}, 2)),
                8);
        Path index = directory.resolve("model.safetensors.index.json");
        fuzz("index", index, seed, count, bytes -> bytes, () -> readAll(index));
    }

    private void fuzzManifest(long seed, int count) throws IOException {
        Path checkpoint = directory.resolve("checkpoint");
        try (CheckpointWriter writer = CheckpointWriter.replace(checkpoint)) {
            Files.writeString(writer.directory().resolve("a"), "1");
            Files.writeString(writer.directory().resolve("b"), "2");
            writer.publish();
        }
        Path manifest = checkpoint.resolve(Manifest.FILE);
        fuzz("manifest", manifest, seed, count, bytes -> bytes, () -> Manifest.verify(checkpoint));
    }

    private void fuzzTrainerState(long seed, int count) throws IOException {
        JsonNodeFactory json = JsonNodeFactory.instance;
        new TrainerState(
                        "sft",
                        7,
                        8,
                        json.objectNode().put("at", 3),
                        9,
                        Map.of("loss", 1.0),
                        json.objectNode(),
                        Map.of())
                .write(directory);
        Path file = directory.resolve(TrainerState.FILE);
        fuzz("trainer state", file, seed, count, bytes -> bytes, () -> TrainerState.read(directory));
    }

    private void fuzzTokenShards(long seed, int count) throws IOException {
        Path shards = directory.resolve("shards" + seed);
        try (TokenShardWriter writer = TokenShardWriter.create(shards, "fingerprint", 50, 3)) {
            writer.append(new int[] {1, 20, 49, 4, 5}, 0, 5);
            writer.publish();
        }
        for (String name : List.of("shards.json", "documents.npy", "tokens-00001.npy")) {
            fuzz(name, shards.resolve(name), seed, count, bytes -> bytes, () -> readTokens(shards));
        }
    }

    /** Makes a file of mutated bytes. */
    private interface Finish {
        byte[] apply(byte[] mutated);
    }

    private static void fuzz(String what, Path file, long seed, int count, Finish finish, Runnable reading)
            throws IOException {
        byte[] sound = Files.readAllBytes(file);
        Mutations mutations = new Mutations(seed);
        int refused = 0;
        for (int i = 0; i < count; i++) {
            Files.write(file, finish.apply(mutations.mutate(sound)));
            try {
                reading.run();
            } catch (InvalidFileException e) {
                refused++;
                assertThat(e).hasMessageNotContaining("\n");
            } catch (RuntimeException | Error e) {
                throw new AssertionError("%s: seed %d, mutation %d".formatted(what, seed, i), e);
            }
        }
        Files.write(file, sound);
        LOG.info("{}: {} mutations, {} refused, seed {}", what, count, refused, seed);
        assertThat(refused).as("mutations refused").isGreaterThan(count / 4);
    }

    private static void readAll(Path file) {
        try (Safetensors opened = Safetensors.open(file)) {
            for (StoredTensor tensor : opened.tensors().values()) {
                assertThat(tensor.position() + tensor.bytes()).isLessThanOrEqualTo(size(tensor.file()));
                if (tensor.dtype().isReadable()) {
                    assertThat(opened.read(tensor.name())).hasSize((int) tensor.length());
                }
            }
        }
    }

    private static void readTokens(Path directory) {
        TokenShards shards = TokenShards.open(directory, "fingerprint");
        int length = Math.toIntExact(shards.tokens());
        shards.copy(0, length, new int[length], 0);
    }

    private static long size(Path file) {
        try {
            return Files.size(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static byte[] golden() throws IOException {
        try (InputStream in =
                Objects.requireNonNull(CheckpointFuzzTest.class.getResourceAsStream("golden.safetensors"))) {
            return in.readAllBytes();
        }
    }
}
