package dev.cria.rlhf.sampling;

import dev.cria.core.io.FileErrors;
import dev.cria.core.io.InvalidFileException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;

/** Tells models and prompts apart by their content, wherever they lie. */
public final class ModelFingerprint {
    private static final int BUFFER = 1 << 20;

    private ModelFingerprint() {}

    /**
     * SHA-256 over the weight files of a model directory, in the order of their names: 64 hexadecimal digits.
     *
     * @throws InvalidFileException if it has none
     */
    public static String of(Path directory) {
        MessageDigest digest = sha256();
        try (Stream<Path> entries = Files.list(directory)) {
            List<Path> weights =
                    entries.filter(ModelFingerprint::isWeights).sorted().toList();
            if (weights.isEmpty()) {
                throw new InvalidFileException(directory, "it holds no model*.safetensors; name a model directory");
            }
            for (Path file : weights) {
                add(digest, file);
            }
        } catch (IOException e) {
            throw FileErrors.unchecked("cannot read", directory, e);
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    /** SHA-256 over prompts and their tags. */
    public static String of(List<RlPrompt> prompts) {
        MessageDigest digest = sha256();
        prompts.forEach(prompt -> digest.update(prompt.toString().getBytes(StandardCharsets.UTF_8)));
        return HexFormat.of().formatHex(digest.digest());
    }

    private static boolean isWeights(Path file) {
        String name = String.valueOf(file.getFileName());
        return name.startsWith("model") && name.endsWith(".safetensors");
    }

    private static void add(MessageDigest digest, Path file) throws IOException {
        byte[] buffer = new byte[BUFFER];
        try (InputStream in = Files.newInputStream(file)) {
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                digest.update(buffer, 0, read);
            }
        }
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
