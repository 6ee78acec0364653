package dev.cria.core.checkpoint;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.cria.core.io.DurableFiles;
import dev.cria.core.io.FileErrors;
import dev.cria.core.io.InvalidFileException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * What a checkpoint holds: {@code manifest.json} with the size and SHA-256 of every other file, subdirectories included.
 * It is written last, so a directory that has one was complete once.
 *
 * @param files by path relative to the directory, with {@code /} between names
 */
public record Manifest(SortedMap<String, Entry> files) {
    /** Name of the manifest's file. */
    public static final String FILE = "manifest.json";

    private static final int VERSION = 1;
    private static final long MAX_BYTES = 16 << 20;
    private static final int BUFFER = 1 << 20;

    /**
     * One file.
     *
     * @param size bytes
     * @param sha256 64 lower-case hexadecimal digits
     */
    public record Entry(long size, String sha256) {}

    /** How a file differs from its entry. */
    public enum Kind {
        /** The manifest names it, the directory lacks it. */
        MISSING("is missing"),
        /** Its size is another. */
        SIZE("has another size than when it was written"),
        /** Its size is right, its SHA-256 another. */
        CONTENT("has other contents than when it was written"),
        /** The directory holds it, the manifest does not name it. */
        UNLISTED("is not in the manifest");

        private final String text;

        Kind(String text) {
            this.text = text;
        }
    }

    /**
     * A file that differs from the manifest.
     *
     * @param file its path relative to the directory
     * @param kind how it differs
     */
    public record Difference(String file, Kind kind) {
        @Override
        public String toString() {
            return file + " " + kind.text;
        }
    }

    /** A manifest with its own copy of {@code files}. */
    public Manifest {
        files = Collections.unmodifiableSortedMap(new TreeMap<>(files));
    }

    /** Whether a directory has a manifest. */
    public static boolean existsIn(Path directory) {
        return Files.isRegularFile(directory.resolve(FILE));
    }

    /**
     * Reads a directory's manifest.
     *
     * @throws InvalidFileException if it is malformed
     * @throws java.io.UncheckedIOException if there is none
     */
    public static Manifest read(Path directory) {
        Path file = directory.resolve(FILE);
        JsonNode json = StrictJson.readObject(file, MAX_BYTES);
        int version = json.path("version").asInt();
        if (version != VERSION) {
            throw new InvalidFileException(
                    file, "its version is %d, this program knows %d; update Cria".formatted(version, VERSION));
        }
        SortedMap<String, Entry> files = new TreeMap<>();
        json.path("files").properties().forEach(entry -> {
            JsonNode size = entry.getValue().path("size");
            JsonNode sha256 = entry.getValue().path("sha256");
            if (!size.isIntegralNumber() || !sha256.isTextual() || !isInside(directory, entry.getKey())) {
                throw new InvalidFileException(
                        file, "its entry \"" + StrictJson.shown(entry.getKey()) + "\" is malformed; it is damaged");
            }
            files.put(entry.getKey(), new Entry(size.asLong(), sha256.asText()));
        });
        return new Manifest(files);
    }

    private static boolean isInside(Path directory, String name) {
        try {
            Path path = directory.resolve(name).normalize();
            return !name.isEmpty() && path.startsWith(directory.normalize());
        } catch (InvalidPathException e) {
            return false;
        }
    }

    /**
     * Compares a directory with its manifest, reading every file once.
     *
     * @return the files that differ, in the order of their names; empty if the directory is as it was written
     * @throws InvalidFileException if the manifest is malformed
     * @throws java.io.UncheckedIOException if there is none or a file cannot be read
     */
    public static List<Difference> verify(Path directory) {
        Manifest manifest = read(directory);
        List<Difference> differences = new ArrayList<>();
        manifest.files.forEach((name, entry) -> {
            Path file = directory.resolve(name);
            if (!Files.isRegularFile(file)) {
                differences.add(new Difference(name, Kind.MISSING));
            } else if (size(file) != entry.size) {
                differences.add(new Difference(name, Kind.SIZE));
            } else if (!sha256(file).equals(entry.sha256)) {
                differences.add(new Difference(name, Kind.CONTENT));
            }
        });
        for (String name : list(directory)) {
            if (!manifest.files.containsKey(name)) {
                differences.add(new Difference(name, Kind.UNLISTED));
            }
        }
        return differences;
    }

    /**
     * Does nothing if every file of the manifest is as it was written; unlisted ones are let be.
     *
     * @throws InvalidFileException naming the files that are not
     * @throws java.io.UncheckedIOException if there is no manifest or a file cannot be read
     */
    public static void requireIntact(Path directory) {
        List<String> damages = verify(directory).stream()
                .filter(difference -> difference.kind != Kind.UNLISTED)
                .map(Difference::toString)
                .toList();
        if (!damages.isEmpty()) {
            throw new InvalidFileException(
                    directory,
                    String.join(", ", damages) + "; the checkpoint is damaged: copy it again or use another one");
        }
    }

    /** Whether every file that the manifest names is there in its size. Contents are not read. */
    static boolean isComplete(Path directory) {
        if (!existsIn(directory)) {
            return false;
        }
        return read(directory).files.entrySet().stream().allMatch(entry -> {
            Path file = directory.resolve(entry.getKey());
            return Files.isRegularFile(file) && size(file) == entry.getValue().size;
        });
    }

    /** Hashes every file of a directory and writes the manifest. */
    static void write(Path directory) {
        ObjectMapper mapper = StrictJson.mapper();
        ObjectNode json = mapper.createObjectNode().put("version", VERSION);
        ObjectNode files = json.putObject("files");
        for (String name : list(directory)) {
            Path file = directory.resolve(name);
            files.putObject(name).put("size", size(file)).put("sha256", sha256(file));
        }
        try {
            DurableFiles.write(
                    directory.resolve(FILE),
                    mapper.writerWithDefaultPrettyPrinter().writeValueAsBytes(json));
        } catch (JsonProcessingException e) {
            throw FileErrors.unchecked("cannot write", directory.resolve(FILE), e);
        }
    }

    private static List<String> list(Path directory) {
        try (Stream<Path> files = Files.walk(directory)) {
            return files.filter(Files::isRegularFile)
                    .map(file -> directory.relativize(file).toString().replace('\\', '/'))
                    .filter(name -> !name.equals(FILE))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw FileErrors.unchecked("cannot read", directory, e);
        }
    }

    private static long size(Path file) {
        try {
            return Files.size(file);
        } catch (IOException e) {
            throw FileErrors.unchecked("cannot read", file, e);
        }
    }

    private static String sha256(Path file) {
        try (InputStream in = Files.newInputStream(file)) {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            byte[] buffer = new byte[BUFFER];
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                digest.update(buffer, 0, read);
            }
            return HexFormat.of().formatHex(digest.digest());
        } catch (IOException e) {
            throw FileErrors.unchecked("cannot read", file, e);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
