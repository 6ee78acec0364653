package dev.cria.cli;

import dev.cria.core.io.InvalidFileException;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Reads text that must be UTF-8. */
final class Utf8File {
    private Utf8File() {}

    /**
     * The text of a file.
     *
     * @throws InvalidFileException if it is not UTF-8, which Java's own message does not say
     */
    static String read(Path file) throws IOException {
        try {
            return Files.readString(file);
        } catch (CharacterCodingException e) {
            throw new InvalidFileException(file, "it is not UTF-8 text; convert the file", e);
        }
    }
}
