package dev.cria.core.checkpoint;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import dev.cria.core.io.InvalidFileException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The header of a safetensors file, read and checked in full before any data are touched: 8 bytes of length, then JSON.
 * As in the format's reference implementation the data must fill the file without gaps or overlaps.
 *
 * @param metadata the file's {@code __metadata__}
 * @param tensors its tensors by name, in the order of their data
 */
record SafetensorsHeader(Map<String, String> metadata, Map<String, StoredTensor> tensors) {
    static final String METADATA = "__metadata__";
    /** The reference implementation's bound. */
    static final long MAX_BYTES = 100_000_000;

    static final int LENGTH_BYTES = 8;
    private static final int MAX_RANK = 32;
    private static final String DAMAGED = "; the file is damaged: download or write it again";

    static SafetensorsHeader read(Path file, FileChannel channel) throws IOException {
        return new Reader(file, channel.size()).read(channel);
    }

    /** Reads one header. */
    private static final class Reader {
        private final Path file;
        private final long fileSize;
        private final Map<String, String> metadata = new LinkedHashMap<>();
        private final Map<String, StoredTensor> tensors = new LinkedHashMap<>();
        private final List<StoredTensor> inOrder = new ArrayList<>();
        private long dataStart;

        Reader(Path file, long fileSize) {
            this.file = file;
            this.fileSize = fileSize;
        }

        SafetensorsHeader read(FileChannel channel) throws IOException {
            byte[] json = readJson(channel);
            try (JsonParser parser = StrictJson.parser(json)) {
                expect(parser.nextToken() == JsonToken.START_OBJECT, "its header is no JSON object");
                while (parser.nextToken() != JsonToken.END_OBJECT) {
                    String name = parser.currentName();
                    expect(
                            parser.nextToken() == JsonToken.START_OBJECT,
                            "entry \"" + StrictJson.shown(name) + "\" is no JSON object");
                    if (name.equals(METADATA)) {
                        readMetadata(parser);
                    } else {
                        readTensor(parser, name);
                    }
                }
                expect(parser.nextToken() == null, "something follows the header's JSON object");
            } catch (JsonProcessingException | CharacterCodingException e) {
                throw new InvalidFileException(
                        file, "its header is not valid JSON (" + StrictJson.reason(e) + ")" + DAMAGED, e);
            }
            return new SafetensorsHeader(metadata, checkLayout());
        }

        private byte[] readJson(FileChannel channel) throws IOException {
            expect(fileSize >= LENGTH_BYTES, "it has %d bytes, less than a safetensors header".formatted(fileSize));
            ByteBuffer length = ByteBuffer.allocate(LENGTH_BYTES).order(ByteOrder.LITTLE_ENDIAN);
            readFully(channel, length, 0);
            long headerBytes = length.getLong(0);
            expect(
                    headerBytes >= 2 && headerBytes <= fileSize - LENGTH_BYTES,
                    "its header claims %s bytes, the file has %d after the length"
                            .formatted(Long.toUnsignedString(headerBytes), fileSize - LENGTH_BYTES));
            expect(
                    headerBytes <= MAX_BYTES,
                    "its header claims %d bytes, more than the %d allowed".formatted(headerBytes, MAX_BYTES));
            dataStart = LENGTH_BYTES + headerBytes;
            ByteBuffer json = ByteBuffer.allocate((int) headerBytes);
            readFully(channel, json, LENGTH_BYTES);
            expect(json.get(0) == '{', "its header does not begin with {");
            return json.array();
        }

        private void readFully(FileChannel channel, ByteBuffer buffer, long at) throws IOException {
            while (buffer.hasRemaining()) {
                expect(channel.read(buffer, at + buffer.position()) >= 0, "it ends within its header");
            }
        }

        private void readMetadata(JsonParser parser) throws IOException {
            while (parser.nextToken() != JsonToken.END_OBJECT) {
                String key = parser.currentName();
                expect(
                        parser.nextToken() == JsonToken.VALUE_STRING,
                        "metadata \"" + StrictJson.shown(key) + "\" is no string");
                metadata.put(key, parser.getText());
            }
        }

        private void readTensor(JsonParser parser, String name) throws IOException {
            Map<String, List<Long>> numbers = new LinkedHashMap<>();
            String dtype = null;
            while (parser.nextToken() != JsonToken.END_OBJECT) {
                String key = parser.currentName();
                JsonToken value = parser.nextToken();
                if (key.equals("dtype") && value == JsonToken.VALUE_STRING) {
                    dtype = parser.getText();
                } else if ((key.equals("shape") || key.equals("data_offsets")) && value == JsonToken.START_ARRAY) {
                    numbers.put(key, readNumbers(parser, name, key));
                } else {
                    throw fail(name, "its entry \"" + StrictJson.shown(key) + "\" is unknown or of the wrong type");
                }
            }
            List<Long> shape = numbers.get("shape");
            List<Long> offsets = numbers.get("data_offsets");
            if (dtype == null || shape == null || offsets == null || offsets.size() != 2) {
                throw fail(name, "it needs a dtype, a shape and two data_offsets");
            }
            add(name, parse(name, dtype), shape, offsets.get(0), offsets.get(1));
        }

        private List<Long> readNumbers(JsonParser parser, String name, String key) throws IOException {
            List<Long> numbers = new ArrayList<>();
            while (parser.nextToken() != JsonToken.END_ARRAY) {
                boolean whole = parser.currentToken() == JsonToken.VALUE_NUMBER_INT
                        && parser.getNumberType() != JsonParser.NumberType.BIG_INTEGER;
                if (!whole || parser.getLongValue() < 0) {
                    throw fail(name, "its " + key + " hold something other than sizes below 2^63");
                }
                if (numbers.size() == MAX_RANK) {
                    throw fail(name, "its " + key + " have more than " + MAX_RANK + " numbers");
                }
                numbers.add(parser.getLongValue());
            }
            return numbers;
        }

        private DType parse(String name, String dtype) {
            for (DType known : DType.values()) {
                if (known.name().equals(dtype)) {
                    return known;
                }
            }
            throw new InvalidFileException(
                    file,
                    "tensor \"%s\": unknown dtype \"%s\"; save it as F32, F16 or BF16"
                            .formatted(StrictJson.shown(name), StrictJson.shown(dtype)));
        }

        private void add(String name, DType dtype, List<Long> shape, long begin, long end) {
            long dataBytes = fileSize - dataStart;
            if (begin > end || end > dataBytes) {
                throw fail(
                        name,
                        "its data_offsets [%d, %d] leave the file's %d data bytes".formatted(begin, end, dataBytes));
            }
            long length = elements(name, dtype, shape);
            if (length * dtype.bytes() != end - begin) {
                throw fail(
                        name,
                        "%s %s needs %d bytes, its data_offsets [%d, %d] give %d"
                                .formatted(dtype, shape, length * dtype.bytes(), begin, end, end - begin));
            }
            StoredTensor tensor = new StoredTensor(name, dtype, shape, length, file, dataStart + begin);
            inOrder.add(tensor);
        }

        private long elements(String name, DType dtype, List<Long> shape) {
            try {
                long length = 1;
                for (long size : shape) {
                    length = Math.multiplyExact(length, size);
                }
                Math.multiplyExact(length, dtype.bytes());
                return length;
            } catch (ArithmeticException e) {
                throw fail(name, "its shape " + shape + " overflows");
            }
        }

        private Map<String, StoredTensor> checkLayout() {
            inOrder.sort(Comparator.comparingLong(StoredTensor::position).thenComparingLong(StoredTensor::bytes));
            long end = dataStart;
            for (StoredTensor tensor : inOrder) {
                if (tensor.position() != end) {
                    throw fail(
                            tensor.name(),
                            "its data begin at byte %d, %s: the previous tensor ends at byte %d"
                                    .formatted(
                                            tensor.position() - dataStart,
                                            tensor.position() < end ? "an overlap" : "after a gap",
                                            end - dataStart));
                }
                end = tensor.position() + tensor.bytes();
                tensors.put(tensor.name(), tensor);
            }
            expect(end == fileSize, "%d bytes after the last tensor belong to none".formatted(fileSize - end));
            return tensors;
        }

        private void expect(boolean holds, String problem) {
            if (!holds) {
                throw new InvalidFileException(file, problem + DAMAGED);
            }
        }

        private InvalidFileException fail(String tensor, String problem) {
            return new InvalidFileException(file, "tensor \"" + StrictJson.shown(tensor) + "\": " + problem + DAMAGED);
        }
    }
}
