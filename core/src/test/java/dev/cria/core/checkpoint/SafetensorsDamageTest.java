package dev.cria.core.checkpoint;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cria.core.io.InvalidFileException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Damaged and hostile files: an error that names file and tensor, before anything is allocated for them. */
class SafetensorsDamageTest {
    @TempDir
    Path directory;

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\0',
            value = {
                "'a':{'dtype':'F32','shape':[2],'data_offsets':[0,9]}|tensor \"a\": F32 [2] needs 8 bytes",
                "'a':{'dtype':'F32','shape':[2],'data_offsets':[8,16]}|tensor \"a\": its data begin at byte 8, after a gap",
                "'a':{'dtype':'F32','shape':[2],'data_offsets':[0,32]}|tensor \"a\": its data_offsets [0, 32] leave",
                "'a':{'dtype':'F32','shape':[2],'data_offsets':[8,0]}|tensor \"a\": its data_offsets [8, 0] leave",
                "'a':{'dtype':'F32','shape':[2],'data_offsets':[-8,0]}|tensor \"a\": its data_offsets hold",
                "'a':{'dtype':'F32','shape':[2],'data_offsets':[0]}|tensor \"a\": it needs a dtype, a shape and two",
                "'a':{'dtype':'F32','shape':[2],'data_offsets':[0,8]}|8 bytes after the last tensor belong to none",
                "'a':{'dtype':'Q4','shape':[2],'data_offsets':[0,8]}|tensor \"a\": unknown dtype \"Q4\"",
                "'a':{'dtype':'F32','shape':[4294967296,4294967296],'data_offsets':[0,16]}|tensor \"a\": its shape",
                "'a':{'dtype':'F32','shape':[4611686018427387904],'data_offsets':[0,0]}|tensor \"a\": its shape",
                "'a':{'dtype':'F32','shape':[1e1],'data_offsets':[0,8]}|tensor \"a\": its shape hold",
                "'a':{'dtype':'F32','shape':[99999999999999999999],'data_offsets':[0,8]}|tensor \"a\": its shape hold",
                "'a':{'dtype':'F32','shape':['2'],'data_offsets':[0,8]}|tensor \"a\": its shape hold",
                "'a':{'dtype':'F32','shape':2,'data_offsets':[0,8]}|tensor \"a\": its entry \"shape\" is unknown or of the wrong",
                "'a':{'shape':[2],'data_offsets':[0,8]}|tensor \"a\": it needs a dtype",
                "'a':[1,2]|entry \"a\" is no JSON object",
                "'__metadata__':{'format':1}|metadata \"format\" is no string",
            })
    void namesTheTensorAndTheProblem(String entry, String problem) throws IOException {
        refuses(RawSafetensors.write(file(), json("{" + entry + "}"), 16), problem);
    }

    @Test
    void refusesOverlappingTensors() throws IOException {
        String header = json("{'a':{'dtype':'F32','shape':[3],'data_offsets':[0,12]},"
                + "'b':{'dtype':'F32','shape':[2],'data_offsets':[8,16]}}");
        refuses(RawSafetensors.write(file(), header, 16), "tensor \"b\": its data begin at byte 8, an overlap");
    }

    @Test
    void refusesATensorNamedTwice() throws IOException {
        String tensor = "'a':{'dtype':'F32','shape':[2],'data_offsets':[0,8]}";
        refuses(RawSafetensors.write(file(), json("{" + tensor + "," + tensor + "}"), 8), "Duplicate field 'a'");
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 1, 17, 1L << 30, Long.MAX_VALUE, -1})
    void refusesAHeaderLengthThatIsNotTrue(long claimed) throws IOException {
        byte[] header = "{}              ".getBytes(StandardCharsets.UTF_8);
        refuses(
                RawSafetensors.write(file(), claimed, header, 0),
                "its header claims " + Long.toUnsignedString(claimed));
    }

    @Test
    void refusesAHeaderBeyondTheFormatsBound() throws IOException {
        Path file = RawSafetensors.write(file(), 1L << 30, new byte[0], 0);
        try (var sparse = Files.newByteChannel(file, StandardOpenOption.WRITE)) {
            sparse.position(3L << 30).write(ByteBuffer.wrap(new byte[1]));
        }
        refuses(file, "more than the 100000000 allowed");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "x", "1234567", "{\"a\":1}"})
    void refusesAFileTooShortForAHeader(String contents) throws IOException {
        refuses(Files.writeString(file(), contents), "less than a safetensors header");
    }

    @ParameterizedTest
    @ValueSource(strings = {"[]", "{", "{'a'", "{}{}", "null", "{'a':{'dtype':", "{]"})
    void refusesWhatIsNoJsonObject(String header) throws IOException {
        refuses(RawSafetensors.write(file(), json(header), 0), "damaged");
    }

    @Test
    void refusesDeepNesting() throws IOException {
        String header = json("{'a':{'shape':" + "[".repeat(100_000));
        refuses(RawSafetensors.write(file(), header, 0), "damaged");
    }

    @Test
    void refusesUtf16() throws IOException {
        byte[] header = "{}".getBytes(StandardCharsets.UTF_16LE);
        refuses(RawSafetensors.write(file(), header.length, header, 0), "not valid JSON");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"../secret.safetensors", "/etc/passwd", "sub/x.safetensors", "..", ".", "", "a\\\\b", "\\u0000"})
    void refusesAnIndexThatLeavesTheDirectory(String name) throws IOException {
        Path index = directory.resolve("model.safetensors.index.json");
        Files.writeString(index, json("{'weight_map':{'a':'" + name + "'}}"));
        refuses(index, "tensor \"a\": ");
    }

    @Test
    void refusesAnIndexThatNamesAMissingFile() throws IOException {
        Path index = directory.resolve("model.safetensors.index.json");
        Files.writeString(index, json("{'weight_map':{'a':'gone.safetensors'}}"));
        refuses(index, "tensor \"a\": its file gone.safetensors is missing");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "[]",
                "{'weight_map':[]}",
                "{'weight_map':{'a':1}}",
                "{'weight_map':{'a':'x'},'weight_map':{}}"
            })
    void refusesAMalformedIndex(String contents) throws IOException {
        refuses(Files.writeString(directory.resolve("model.safetensors.index.json"), json(contents)), "index.json: ");
    }

    @Test
    void refusesShardsThatDoNotMatchTheirIndex() throws IOException {
        RawSafetensors.write(file(), json("{'a':{'dtype':'F32','shape':[1],'data_offsets':[0,4]}}"), 4);
        Path index = directory.resolve("model.safetensors.index.json");
        Files.writeString(index, json("{'weight_map':{'b':'bad.safetensors'}}"));
        refuses(index, "bad.safetensors: tensor \"a\": model.safetensors.index.json does not place it");
        Files.writeString(index, json("{'weight_map':{'a':'bad.safetensors','b':'bad.safetensors'}}"));
        refuses(index, "bad.safetensors: tensor \"b\" is missing");
    }

    private Path file() {
        return directory.resolve("bad.safetensors");
    }

    private static String json(String withSingleQuotes) {
        return withSingleQuotes.replace('\'', '"');
    }

    private static void refuses(Path file, String problem) {
        assertThatThrownBy(() -> Safetensors.open(file).close())
                .isInstanceOf(InvalidFileException.class)
                .hasMessageStartingWith(file.getParent().toString())
                .hasMessageContaining(problem)
                .hasMessageNotContaining("\n");
    }
}
