package dev.cria.model;

import dev.cria.core.io.FileErrors;
import dev.cria.core.io.InvalidFileException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** Refuses PyTorch's pickled weights, which can run any program when read, and says how to convert them. */
final class PickleFiles {
    private static final String FROM_TRANSFORMERS =
            "python -c \"from transformers import AutoModelForCausalLM as A; A.from_pretrained('%s').save_pretrained('NEW_DIRECTORY')\"";
    private static final String FROM_META =
            "python -c \"import torch, safetensors.torch as s; s.save_file({k: v.contiguous() for k, v in "
                    + "torch.load('%s', map_location='cpu', weights_only=True).items()}, '%s')\"";

    private PickleFiles() {}

    /**
     * Refuses a directory whose weights are pickled only.
     *
     * @throws InvalidFileException with the command that converts them
     */
    static void refuse(Path directory) {
        List<String> names = names(directory);
        if (names.stream().anyMatch(name -> name.contains(".safetensors"))) {
            return;
        }
        for (String name : names) {
            Path file = directory.resolve(name);
            if (name.endsWith(".pth")) {
                String command = FROM_META.formatted(file, directory.resolve("model.safetensors"));
                throw new InvalidFileException(file, "pickled weights are not read; convert them by: " + command);
            }
            if (name.startsWith("pytorch_model") && name.endsWith(".bin")) {
                String command = FROM_TRANSFORMERS.formatted(directory);
                throw new InvalidFileException(file, "pickled weights are not read; convert them by: " + command);
            }
        }
    }

    private static List<String> names(Path directory) {
        if (!Files.isDirectory(directory)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(directory)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        } catch (IOException e) {
            throw FileErrors.unchecked("cannot list", directory, e);
        }
    }
}
