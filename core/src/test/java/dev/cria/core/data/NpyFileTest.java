package dev.cria.core.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cria.core.io.InvalidFileException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class NpyFileTest {
    private static final Map<NpyType, long[]> NUMPY = Map.of(
            NpyType.UINT16, new long[] {0, 1, 32767, 32768, 65535},
            NpyType.UINT32, new long[] {0, 65536, Integer.MAX_VALUE},
            NpyType.INT64, new long[] {0, 1L << 31, (1L << 40) + 1});

    @TempDir
    Path directory;

    @ParameterizedTest
    @EnumSource
    void readsWhatNumpyWrote(NpyType type) throws IOException {
        NpyFile file = NpyFile.open(numpy(type));
        long[] expected = NUMPY.get(type);
        assertThat(file.type()).isEqualTo(type);
        assertThat(file.length()).isEqualTo(expected.length);
        for (int i = 0; i < expected.length; i++) {
            assertThat(file.get(i)).isEqualTo(expected[i]);
        }
    }

    @ParameterizedTest
    @EnumSource
    void writesNumpysBytes(NpyType type) throws IOException {
        assertThat(write(type, NUMPY.get(type))).hasSameBinaryContentAs(numpy(type));
    }

    @ParameterizedTest
    @EnumSource
    void copiesAcrossWindows(NpyType type) {
        long[] values = new long[1000];
        for (int i = 0; i < values.length; i++) {
            values[i] = i * 7L % 1009;
        }
        Path path = write(type, values);
        for (int shift = 3; shift <= 12; shift++) {
            NpyFile file = NpyFile.open(path, shift);
            int[] copied = new int[600];
            file.copy(371, 590, copied, 5);
            assertThat(copied[4]).isZero();
            for (int i = 0; i < 590; i++) {
                assertThat(copied[5 + i]).isEqualTo((int) values[371 + i]);
                assertThat(file.get(371 + i)).isEqualTo(values[371 + i]);
            }
        }
    }

    @Test
    void readsBeyondTwoGigabytes() throws IOException {
        long length = (1L << 31) + 3; // 4 GB of uint16; the file is sparse
        Path path = directory.resolve("big.npy");
        try (FileChannel channel = FileChannel.open(
                path, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE, StandardOpenOption.SPARSE)) {
            channel.write(NpyHeader.encode(NpyType.UINT16, length));
            channel.write(ByteBuffer.wrap(new byte[] {0x34, 0x12}), NpyHeader.BYTES + 2 * (length - 1));
        }
        NpyFile file = NpyFile.open(path);
        int[] last = new int[2];
        file.copy(length - 2, 2, last, 0);
        assertThat(last).containsExactly(0, 0x1234);
        assertThat(file.get(length - 1)).isEqualTo(0x1234);
    }

    @Test
    void refusesWhatTheTypeDoesNotHold() {
        try (NpyWriter writer = new NpyWriter(directory.resolve("x.npy"), NpyType.UINT16)) {
            assertThatThrownBy(() -> writer.append(65536)).hasMessageContaining("65536 does not fit into <u2");
            assertThatThrownBy(() -> writer.append(-1)).hasMessageContaining("-1 does not fit into <u2");
        }
    }

    @Test
    void refusesIndicesOutside() {
        NpyFile file = NpyFile.open(write(NpyType.UINT16, 1, 2, 3));
        assertThatThrownBy(() -> file.get(3)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> file.get(-1)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> file.copy(2, 2, new int[2], 0)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> file.copy(0, 2, new int[2], 1)).isInstanceOf(IndexOutOfBoundsException.class);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\0',
            value = {
                "NUMPY|NUMBY|it is no .npy file",
                "<u2|>u2|its type is >u2, not <u2, <u4 or <i8",
                "<u2|<f4|its type is <f4",
                "(3,)|(4,)|its header promises 4 elements of 2 bytes, it holds 6 bytes",
                "(3,)|(1,3)|it holds no one-dimensional array",
                "(3,)|(999999999999999999999,)|it holds no one-dimensional array",
                "(3,)|(999999999999999999,)|its header promises 999999999999999999 elements",
            })
    void refusesADamagedFile(String was, String is, String problem) throws IOException {
        Path file = write(NpyType.UINT16, 1, 2, 3);
        String text = Files.readString(file, StandardCharsets.ISO_8859_1);
        assertThat(text).contains(was);
        String damaged = text.replace(was, is)
                .replace(" ".repeat(30) + "\n", " ".repeat(30 + was.length() - is.length()) + "\n");
        Files.writeString(file, damaged, StandardCharsets.ISO_8859_1);
        refuses(file, problem);
    }

    @Test
    void refusesAnotherVersion() throws IOException {
        Path file = write(NpyType.UINT16, 1, 2, 3);
        byte[] bytes = Files.readAllBytes(file);
        bytes[6] = 2;
        refuses(Files.write(file, bytes), "its .npy version is 2.0, not 1.0");
    }

    @Test
    void refusesAFileCutAnywhere() throws IOException {
        Path file = write(NpyType.UINT32, 1, 2, 3);
        byte[] whole = Files.readAllBytes(file);
        for (int length = 0; length < whole.length; length++) {
            Files.write(file, Arrays.copyOf(whole, length));
            refuses(file, "");
        }
    }

    private static void refuses(Path file, String problem) {
        assertThatThrownBy(() -> NpyFile.open(file))
                .isInstanceOf(InvalidFileException.class)
                .hasMessageStartingWith(file + ": ")
                .hasMessageContaining(problem)
                .hasMessageNotContaining("\n");
    }

    private Path write(NpyType type, long... values) {
        Path file = directory.resolve("ours.npy");
        try (NpyWriter writer = new NpyWriter(file, type)) {
            for (long value : values) {
                writer.append(value);
            }
        }
        return file;
    }

    private Path numpy(NpyType type) throws IOException {
        String name = type.name().toLowerCase(Locale.ROOT) + ".npy";
        try (InputStream in = Objects.requireNonNull(NpyFileTest.class.getResourceAsStream(name))) {
            return Files.write(directory.resolve("numpy.npy"), in.readAllBytes());
        }
    }
}
