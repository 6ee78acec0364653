package dev.cria.core.checkpoint;

import dev.cria.core.io.FileErrors;
import dev.cria.core.io.InvalidFileException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

/**
 * Tensors in safetensors files, open for reading: one file, or the shards that an index names. Everything about them is
 * checked when they are opened, before any memory is set aside for them. One thread may read at a time.
 *
 * @see <a href="https://huggingface.co/docs/safetensors">the format</a>
 */
public final class Safetensors implements AutoCloseable {
    private static final String SUFFIX = ".safetensors";

    /** Elements that a sink gets at once. */
    static final int CHUNK = 1 << 16;

    private final Path source;
    private final Map<String, String> metadata = new LinkedHashMap<>();
    private final Map<String, StoredTensor> tensors = new LinkedHashMap<>();
    private final Map<Path, FileChannel> channels = new HashMap<>();
    private final float[] chunk = new float[CHUNK];
    private final ByteBuffer buffer =
            ByteBuffer.allocateDirect(CHUNK * Double.BYTES).order(ByteOrder.LITTLE_ENDIAN);

    private Safetensors(Path source) {
        this.source = source;
    }

    /**
     * Opens the tensors of a model.
     *
     * @param path a {@code .safetensors} file, an index ({@code .safetensors.index.json}) beside its shards, or a
     *     directory that holds {@code model.safetensors} or {@code model.safetensors.index.json}
     * @throws InvalidFileException if there is none or it is damaged; the message names the file and the tensor
     * @throws java.io.UncheckedIOException if it cannot be read
     */
    public static Safetensors open(Path path) {
        return Files.isDirectory(path) ? open(path, "model") : openFile(path);
    }

    /**
     * Opens {@code NAME.safetensors} or, in its absence, {@code NAME.safetensors.index.json} of a directory.
     *
     * @throws InvalidFileException if there is neither or it is damaged
     * @throws java.io.UncheckedIOException if it cannot be read
     */
    public static Safetensors open(Path directory, String name) {
        Path single = directory.resolve(name + SUFFIX);
        Path index = directory.resolve(name + SafetensorsIndex.SUFFIX);
        if (Files.exists(single)) {
            return openFile(single);
        }
        if (Files.exists(index)) {
            return openFile(index);
        }
        throw new InvalidFileException(
                directory, "it holds neither %s nor %s".formatted(single.getFileName(), index.getFileName()));
    }

    private static Safetensors openFile(Path file) {
        Safetensors opened = new Safetensors(file);
        try {
            if (file.toString().endsWith(".json")) {
                opened.addShards();
            } else {
                opened.add(file);
            }
            return opened;
        } catch (IOException e) {
            opened.close();
            throw FileErrors.unchecked("cannot read", file, e);
        } catch (RuntimeException e) {
            opened.close();
            throw e;
        }
    }

    private void addShards() throws IOException {
        Map<String, Path> index = SafetensorsIndex.read(source);
        for (Path shard : new LinkedHashSet<>(index.values())) {
            for (String name : add(shard)) {
                if (!shard.equals(index.get(name))) {
                    throw new InvalidFileException(
                            shard,
                            "tensor \"%s\": %s does not place it in this file; write both again"
                                    .formatted(StrictJson.shown(name), source.getFileName()));
                }
            }
        }
        index.forEach((name, shard) -> {
            if (!tensors.containsKey(name)) {
                throw new InvalidFileException(
                        shard,
                        "tensor \"%s\" is missing, though %s places it here; write both again"
                                .formatted(StrictJson.shown(name), source.getFileName()));
            }
        });
    }

    private Set<String> add(Path file) throws IOException {
        FileChannel channel = FileChannel.open(file, StandardOpenOption.READ);
        channels.put(file, channel);
        SafetensorsHeader header = SafetensorsHeader.read(file, channel);
        metadata.putAll(header.metadata());
        tensors.putAll(header.tensors());
        return header.tensors().keySet();
    }

    /** The file or index that was opened. */
    public Path source() {
        return source;
    }

    /** The strings in the files' {@code __metadata__}. */
    public Map<String, String> metadata() {
        return Collections.unmodifiableMap(metadata);
    }

    /** All tensors by name, in the order of their data. */
    public Map<String, StoredTensor> tensors() {
        return Collections.unmodifiableMap(tensors);
    }

    /**
     * One tensor.
     *
     * @throws InvalidFileException if there is none of this name
     */
    public StoredTensor tensor(String name) {
        StoredTensor tensor = tensors.get(name);
        if (tensor == null) {
            throw new InvalidFileException(source, "tensor \"" + name + "\" is missing");
        }
        return tensor;
    }

    /**
     * Streams a tensor's values into a sink, from the first to the last. 16-bit values are widened, doubles rounded.
     *
     * @throws InvalidFileException if there is none of this name, if it holds no floats, or if the file was cut short
     *     after it was opened
     * @throws java.io.UncheckedIOException if it cannot be read
     */
    public void read(String name, FloatSink sink) {
        StoredTensor tensor = readable(name);
        for (long at = 0; at < tensor.length(); at += CHUNK) {
            int length = (int) Math.min(CHUNK, tensor.length() - at);
            fill(tensor, at, length);
            tensor.dtype().decode(buffer, chunk, length);
            sink.accept(chunk, length, at);
        }
    }

    /**
     * Reads a tensor into an array of its own.
     *
     * @throws InvalidFileException as {@link #read(String, FloatSink)} does, and if it is larger than an array can be
     */
    public float[] read(String name) {
        StoredTensor tensor = tensor(name);
        if (tensor.length() > Integer.MAX_VALUE - 8) {
            throw new InvalidFileException(
                    tensor.file(), "tensor \"%s\": %d elements exceed an array".formatted(name, tensor.length()));
        }
        float[] values = new float[(int) tensor.length()];
        read(name, (part, length, at) -> System.arraycopy(part, 0, values, (int) at, length));
        return values;
    }

    /**
     * Reads part of a tensor, at most {@link FloatSource}'s chunk.
     *
     * @param name the tensor
     * @param to where the values go, from its start on
     * @param length number of values
     * @param at index of the first among the tensor's elements
     * @throws InvalidFileException as {@link #read(String, FloatSink)} does
     */
    void readPart(String name, float[] to, int length, long at) {
        StoredTensor tensor = readable(name);
        fill(tensor, at, length);
        tensor.dtype().decode(buffer, to, length);
    }

    private StoredTensor readable(String name) {
        StoredTensor tensor = tensor(name);
        if (!tensor.dtype().isReadable()) {
            throw new InvalidFileException(
                    tensor.file(),
                    "tensor \"%s\": floats cannot be read from %s; save it as F32, F16 or BF16"
                            .formatted(name, tensor.dtype()));
        }
        return tensor;
    }

    private void fill(StoredTensor tensor, long at, int length) {
        int bytes = length * tensor.dtype().bytes();
        long position = tensor.position() + at * tensor.dtype().bytes();
        buffer.clear().limit(bytes);
        try {
            FileChannel channel = channels.get(tensor.file());
            if (channel == null) {
                throw new IllegalStateException(source + " is closed");
            }
            while (buffer.hasRemaining()) {
                if (channel.read(buffer, position + buffer.position()) < 0) {
                    throw new InvalidFileException(
                            tensor.file(),
                            "tensor \"" + tensor.name() + "\": the file was cut short while it was read");
                }
            }
        } catch (IOException e) {
            throw FileErrors.unchecked("cannot read", tensor.file(), e);
        }
        buffer.flip();
    }

    /** Closes the files, each even if one before it fails. */
    @Override
    public void close() {
        UncheckedIOException failure = null;
        for (Map.Entry<Path, FileChannel> entry : channels.entrySet()) {
            try {
                entry.getValue().close();
            } catch (IOException e) {
                UncheckedIOException another = FileErrors.unchecked("cannot close", entry.getKey(), e);
                if (failure != null) {
                    another.addSuppressed(failure);
                }
                failure = another;
            }
        }
        channels.clear();
        if (failure != null) {
            throw failure;
        }
    }
}
