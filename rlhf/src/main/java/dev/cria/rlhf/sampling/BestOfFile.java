package dev.cria.rlhf.sampling;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.cria.core.io.DurableFiles;
import dev.cria.core.io.FileErrors;
import dev.cria.core.io.InvalidFileException;
import dev.cria.sft.JsonItems;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

/**
 * Best answers on disk: JSONL, a prompt a line, in the order of the prompts. It grows while they are sampled, and a crash
 * costs no finished line. Beside it {@code NAME.origin.json} says where they come from; only the same work goes on with it.
 */
public final class BestOfFile implements AutoCloseable {
    private static final String ORIGIN = ".origin.json";

    private final Path file;
    private final FileChannel channel;
    private final ObjectMapper mapper = new ObjectMapper();
    private int done;

    private BestOfFile(Path file, FileChannel channel, int done) {
        this.file = file;
        this.channel = channel;
        this.done = done;
    }

    /**
     * Begins a file, or goes on with it.
     *
     * @param file where the lines go
     * @param origin where they come from
     * @param resume whether to go on with a file that is there
     * @throws InvalidFileException if one is there that must not be gone on with, or that is of another origin
     */
    public static BestOfFile open(Path file, SampleOrigin origin, boolean resume) {
        Path originFile = originOf(file);
        boolean isThere = Files.exists(file);
        if (isThere && !resume) {
            throw new InvalidFileException(file, "it is there already; choose another --output, or go on by --resume");
        }
        if (isThere) {
            SampleOrigin present = readOrigin(file);
            if (!present.equals(origin)) {
                throw new InvalidFileException(
                        file,
                        "it was begun with other settings, prompts or models (%s, now %s); go on with those, or choose another --output"
                                .formatted(present, origin));
            }
        }
        try {
            if (!isThere) {
                DurableFiles.write(
                        originFile,
                        new ObjectMapper().writerWithDefaultPrettyPrinter().writeValueAsBytes(origin));
            }
            FileChannel channel = FileChannel.open(
                    file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
            return new BestOfFile(file, channel, keepWholeLines(channel));
        } catch (IOException e) {
            throw FileErrors.unchecked("cannot write", file, e);
        }
    }

    /** Cuts off a last line that a crash left unfinished; returns the number of lines, and leaves the channel at the end. */
    private static int keepWholeLines(FileChannel channel) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(1 << 16);
        int lines = 0;
        long end = 0;
        long at = 0;
        while (channel.read(buffer, at) > 0) {
            buffer.flip();
            while (buffer.hasRemaining()) {
                at++;
                if (buffer.get() == '\n') {
                    lines++;
                    end = at;
                }
            }
            buffer.clear();
        }
        channel.truncate(end);
        channel.position(end);
        return lines;
    }

    /** Number of prompts that are done. */
    public int done() {
        return done;
    }

    /** Adds lines and waits until they are on the disk. */
    void append(List<BestSample> samples) {
        StringBuilder lines = new StringBuilder();
        samples.forEach(sample -> lines.append(sample.toJson(mapper)).append('\n'));
        ByteBuffer bytes = ByteBuffer.wrap(lines.toString().getBytes(StandardCharsets.UTF_8));
        try {
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
            channel.force(false);
        } catch (IOException e) {
            throw FileErrors.unchecked("cannot write", file, e);
        }
        done += samples.size();
    }

    /**
     * Reads a file.
     *
     * @throws InvalidFileException naming the line that is wrong
     */
    public static List<BestSample> read(Path file) {
        List<BestSample> samples = new ArrayList<>();
        JsonItems.forEach(file, (item, line) -> samples.add(BestSample.parse(item)));
        return samples;
    }

    /**
     * Where a file's lines come from.
     *
     * @throws InvalidFileException if nothing says so
     */
    public static SampleOrigin readOrigin(Path file) {
        Path originFile = originOf(file);
        if (!Files.isRegularFile(originFile)) {
            throw new InvalidFileException(
                    file, "the file %s that says where it comes from is missing".formatted(originFile.getFileName()));
        }
        try {
            JsonNode json = new ObjectMapper().readTree(Files.readAllBytes(originFile));
            return new ObjectMapper().treeToValue(json, SampleOrigin.class);
        } catch (JsonProcessingException e) {
            throw new InvalidFileException(originFile, "it is damaged: " + e.getOriginalMessage(), e);
        } catch (IOException e) {
            throw FileErrors.unchecked("cannot read", originFile, e);
        }
    }

    private static Path originOf(Path file) {
        return file.resolveSibling(file.getFileName() + ORIGIN);
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            throw FileErrors.unchecked("cannot write", file, e);
        }
    }
}
