package dev.cria.core.checkpoint;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import dev.cria.core.io.FileErrors;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Writes safetensors files, byte for byte those of Hugging Face's {@code save_file(tensors, file, {"format": "pt"})}:
 * tensors by falling alignment of their type, then by name; the header padded so that the data begin at a multiple of 8.
 */
public final class SafetensorsWriter {
    /** The size beyond which {@link #write(Path, String, List, long)} makes shards by default: 5 GB, as Transformers. */
    public static final long DEFAULT_SHARD_BYTES = 5_000_000_000L;

    private static final Comparator<NamedTensor> FILE_ORDER = Comparator.comparing(NamedTensor::dtype)
            .reversed()
            .thenComparing(tensor -> tensor.name().getBytes(StandardCharsets.UTF_8), Arrays::compareUnsigned);

    private SafetensorsWriter() {}

    /**
     * Writes all tensors into one file, replacing it. The file is not flushed to the disk; {@link CheckpointWriter}
     * does that for a whole directory.
     *
     * @throws IllegalArgumentException if two tensors have the same name
     * @throws java.io.UncheckedIOException if it cannot be written
     */
    public static void write(Path file, List<NamedTensor> tensors) {
        requireDistinctNames(tensors);
        List<NamedTensor> ordered = tensors.stream().sorted(FILE_ORDER).toList();
        try (FileChannel channel = FileChannel.open(
                file, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING)) {
            writeFully(channel, header(ordered));
            Data data = new Data(channel);
            for (NamedTensor tensor : ordered) {
                data.write(tensor);
            }
        } catch (IOException e) {
            throw FileErrors.unchecked("cannot write", file, e);
        }
    }

    /**
     * Writes tensors as {@code NAME.safetensors}, or, if they take more than {@code maxShardBytes}, as
     * {@code NAME-00001-of-0000N.safetensors} and {@code NAME.safetensors.index.json}. Shards are filled in the order
     * given; a tensor larger than a shard gets one of its own.
     *
     * @throws IllegalArgumentException if two tensors have the same name
     * @throws java.io.UncheckedIOException if they cannot be written
     */
    public static void write(Path directory, String name, List<NamedTensor> tensors, long maxShardBytes) {
        requireDistinctNames(tensors);
        List<List<NamedTensor>> shards = shards(tensors, maxShardBytes);
        if (shards.size() == 1) {
            write(directory.resolve(name + ".safetensors"), tensors);
            return;
        }
        Map<String, String> weightMap = new TreeMap<>();
        for (int i = 0; i < shards.size(); i++) {
            String file = String.format(Locale.ROOT, "%s-%05d-of-%05d.safetensors", name, i + 1, shards.size());
            write(directory.resolve(file), shards.get(i));
            shards.get(i).forEach(tensor -> weightMap.put(tensor.name(), file));
        }
        writeIndex(directory.resolve(name + SafetensorsIndex.SUFFIX), weightMap, bytes(tensors));
    }

    private static void requireDistinctNames(List<NamedTensor> tensors) {
        Set<String> names = new HashSet<>();
        for (NamedTensor tensor : tensors) {
            if (!names.add(tensor.name())) {
                throw new IllegalArgumentException("two tensors are named \"" + tensor.name() + "\"");
            }
        }
    }

    private static List<List<NamedTensor>> shards(List<NamedTensor> tensors, long maxShardBytes) {
        List<List<NamedTensor>> shards = new ArrayList<>();
        List<NamedTensor> shard = new ArrayList<>();
        for (NamedTensor tensor : tensors) {
            if (!shard.isEmpty() && bytes(shard) + tensor.bytes() > maxShardBytes) {
                shards.add(shard);
                shard = new ArrayList<>();
            }
            shard.add(tensor);
        }
        shards.add(shard);
        return shards;
    }

    private static long bytes(List<NamedTensor> tensors) {
        return tensors.stream().mapToLong(NamedTensor::bytes).sum();
    }

    private static ByteBuffer header(List<NamedTensor> tensors) throws IOException {
        ByteArrayOutputStream json = new ByteArrayOutputStream();
        try (JsonGenerator generator = StrictJson.mapper().createGenerator(json)) {
            generator.writeStartObject();
            generator.writeObjectFieldStart(SafetensorsHeader.METADATA);
            generator.writeStringField("format", "pt");
            generator.writeEndObject();
            long offset = 0;
            for (NamedTensor tensor : tensors) {
                long end = Math.addExact(offset, tensor.bytes());
                generator.writeObjectFieldStart(tensor.name());
                generator.writeStringField("dtype", tensor.dtype().name());
                writeNumbers(generator, "shape", tensor.shape());
                writeNumbers(generator, "data_offsets", List.of(offset, end));
                generator.writeEndObject();
                offset = end;
            }
            generator.writeEndObject();
        }
        int padded = (json.size() + 7) & ~7;
        if (padded > SafetensorsHeader.MAX_BYTES) {
            throw new IllegalArgumentException(
                    "the header of %d tensors takes %d bytes, more than the format allows (%d); write fewer to a file"
                            .formatted(tensors.size(), padded, SafetensorsHeader.MAX_BYTES));
        }
        json.writeBytes(" ".repeat(padded - json.size()).getBytes(StandardCharsets.UTF_8));
        return ByteBuffer.allocate(SafetensorsHeader.LENGTH_BYTES + padded)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(padded)
                .put(json.toByteArray())
                .flip();
    }

    private static void writeNumbers(JsonGenerator generator, String field, List<Long> numbers) throws IOException {
        generator.writeArrayFieldStart(field);
        for (long number : numbers) {
            generator.writeNumber(number);
        }
        generator.writeEndArray();
    }

    private static void writeIndex(Path file, Map<String, String> weightMap, long totalBytes) {
        DefaultPrettyPrinter printer = new DefaultPrettyPrinter();
        printer.indentObjectsWith(new DefaultIndenter("  ", "\n"));
        Map<String, Object> index = new TreeMap<>();
        index.put("metadata", Map.of("total_size", totalBytes));
        index.put("weight_map", weightMap);
        try {
            StrictJson.mapper().writer(printer).writeValue(file.toFile(), index);
        } catch (IOException e) {
            throw FileErrors.unchecked("cannot write", file, e);
        }
    }

    private static void writeFully(FileChannel channel, ByteBuffer buffer) throws IOException {
        while (buffer.hasRemaining()) {
            channel.write(buffer);
        }
    }

    /** The data of one file. */
    private static final class Data {
        private final FileChannel channel;
        private final float[] chunk = new float[Safetensors.CHUNK];
        // On the heap: a direct buffer for each file would stay until a collection and make a long run's memory grow.
        private final ByteBuffer buffer =
                ByteBuffer.allocate(Safetensors.CHUNK * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);

        Data(FileChannel channel) {
            this.channel = channel;
        }

        void write(NamedTensor tensor) throws IOException {
            long total = tensor.length();
            for (long at = 0; at < total; at += Safetensors.CHUNK) {
                int length = (int) Math.min(Safetensors.CHUNK, total - at);
                tensor.source().fill(chunk, length, at);
                buffer.clear();
                tensor.dtype().encode(chunk, length, buffer);
                writeFully(channel, buffer.flip());
            }
        }
    }
}
