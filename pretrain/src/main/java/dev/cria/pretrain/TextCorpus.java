package dev.cria.pretrain;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.cria.core.io.FileErrors;
import dev.cria.core.io.GzipFiles;
import dev.cria.core.io.InvalidFileException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/** Text files, a document each, JSONL files with a {@code text} field, a document a line, and gzip of either. */
public final class TextCorpus implements Corpus {
    private static final ObjectMapper JSON = new ObjectMapper().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);
    private static final long LARGEST_TEXT = Integer.MAX_VALUE - 8;

    private final List<Path> files;
    private final boolean anyBytes;

    /**
     * A corpus of files, which are checked when they are read.
     *
     * @param files text or {@code .jsonl} files, or {@code .gz} of either
     * @param anyBytes whether a text file may hold any bytes, rather than UTF-8 text only
     */
    public TextCorpus(List<Path> files, boolean anyBytes) {
        this.files = List.copyOf(files);
        this.anyBytes = anyBytes;
    }

    /**
     * Checks that files are there and can be read. Whether an empty one is an error is the caller's to say.
     *
     * @throws InvalidFileException naming the first that is not
     */
    public static void check(List<Path> files) {
        files.forEach(TextCorpus::check);
    }

    private static void check(Path file) {
        try {
            if (!Files.exists(file)) {
                throw new InvalidFileException(file, "there is no such file");
            }
            if (!Files.isRegularFile(file) || !Files.isReadable(file)) {
                throw new InvalidFileException(file, "it is not a file that can be read");
            }
            if (Files.size(file) > LARGEST_TEXT && !TextFiles.hasLines(file)) {
                throw tooLarge(file);
            }
        } catch (IOException e) {
            throw FileErrors.unchecked("cannot read", file, e);
        }
    }

    private static InvalidFileException tooLarge(Path file) {
        return new InvalidFileException(
                file, "a text file is one document and may have 2 GB at most; split it, or make it JSONL");
    }

    /** Paths, sizes and times of the files: hashes would mean to read all of them. */
    @Override
    public Optional<String> origin() {
        check(files);
        return Optional.of(files.stream().map(TextCorpus::origin).collect(Collectors.joining("\n")));
    }

    private static String origin(Path file) {
        try {
            return "%s, %d bytes of %s"
                    .formatted(file.toAbsolutePath().normalize(), Files.size(file), Files.getLastModifiedTime(file));
        } catch (IOException e) {
            throw FileErrors.unchecked("cannot read", file, e);
        }
    }

    @Override
    public void forEach(Consumer<byte[]> consumer) {
        check(files);
        for (Path file : files) {
            try {
                if (Files.size(file) == 0) {
                    throw new InvalidFileException(file, "it is empty");
                }
                if (TextFiles.hasLines(file)) {
                    readLines(file, consumer);
                } else {
                    consumer.accept(readText(file));
                }
            } catch (IOException e) {
                throw TextFiles.unreadable(file, e);
            }
        }
    }

    private byte[] readText(Path file) throws IOException {
        byte[] bytes = GzipFiles.isZipped(file) ? unzip(file) : Files.readAllBytes(file);
        if (!anyBytes) {
            checkText(file, bytes);
        }
        return bytes;
    }

    private static byte[] unzip(Path file) throws IOException {
        try (InputStream in = GzipFiles.open(file)) {
            byte[] bytes = in.readNBytes((int) LARGEST_TEXT);
            if (in.read() >= 0) {
                throw tooLarge(file);
            }
            return bytes;
        }
    }

    /** Refuses bytes that are not UTF-8, and NUL, which no text holds. */
    private static void checkText(Path file, byte[] bytes) {
        CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder();
        ByteBuffer in = ByteBuffer.wrap(bytes);
        CharBuffer out = CharBuffer.allocate(1 << 13);
        CoderResult result;
        do {
            out.clear();
            result = decoder.decode(in, out, true);
        } while (result.isOverflow());
        int bad = result.isError() ? in.position() : indexOfNul(bytes);
        if (bad >= 0) {
            throw new InvalidFileException(
                    file,
                    "byte %d is not UTF-8 text; convert the file, or use the tokenizer '%s', which takes any bytes"
                            .formatted(bad, DataConfig.BYTES));
        }
    }

    private static int indexOfNul(byte[] bytes) {
        for (int i = 0; i < bytes.length; i++) {
            if (bytes[i] == 0) {
                return i;
            }
        }
        return -1;
    }

    private static void readLines(Path file, Consumer<byte[]> consumer) throws IOException {
        try (InputStream in = GzipFiles.open(file);
                BufferedReader reader =
                        new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8.newDecoder()))) {
            int number = 0;
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                number++;
                if (!line.isBlank()) {
                    consumer.accept(text(line, file, number).getBytes(StandardCharsets.UTF_8));
                }
            }
        } catch (CharacterCodingException e) {
            throw new InvalidFileException(file, "it is not UTF-8 text; convert the file", e);
        }
    }

    private static String text(String line, Path file, int number) {
        JsonNode text;
        try {
            text = JSON.readTree(line).path("text");
        } catch (JsonProcessingException e) {
            throw new InvalidFileException(file, "line " + number + " is not JSON: " + e.getOriginalMessage(), e);
        }
        if (!text.isTextual()) {
            throw new InvalidFileException(file, "line " + number + " has no string \"text\"");
        }
        return text.textValue();
    }
}
