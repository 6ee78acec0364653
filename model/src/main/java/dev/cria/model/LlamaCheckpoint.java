package dev.cria.model;

import dev.cria.core.Engine;
import dev.cria.core.autograd.Parameter;
import dev.cria.core.checkpoint.DType;
import dev.cria.core.checkpoint.NamedTensor;
import dev.cria.core.checkpoint.Safetensors;
import dev.cria.core.checkpoint.SafetensorsWriter;
import dev.cria.core.checkpoint.TensorFiles;
import dev.cria.core.io.InvalidFileException;
import dev.cria.core.ops.TensorOps;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** A Llama as a Hugging Face model directory: {@code config.json} and {@code model.safetensors}. */
final class LlamaCheckpoint {
    private static final String WEIGHTS = "model";

    private LlamaCheckpoint() {}

    static void save(Llama model, Path directory) {
        LlamaConfigFile.write(model.config(), directory);
        TensorOps ops = model.engine().ops();
        List<NamedTensor> tensors = model.parameters().all().stream()
                .map(parameter -> TensorFiles.named(ops, parameter.name(), DType.F32, parameter.value()))
                .toList();
        SafetensorsWriter.write(directory, WEIGHTS, tensors, SafetensorsWriter.DEFAULT_SHARD_BYTES);
    }

    static Llama load(Engine engine, Path directory, Predicate<String> trained) {
        LlamaConfig config = LlamaConfigFile.read(directory);
        try (Safetensors file = Safetensors.open(directory, WEIGHTS)) {
            checkNames(config, file);
            Llama model = Llama.zeros(engine, config, trained);
            try {
                for (Parameter parameter : model.parameters().all()) {
                    TensorFiles.read(engine.ops(), file, parameter.name(), parameter.value());
                }
                return model;
            } catch (RuntimeException e) {
                model.close();
                throw e;
            }
        }
    }

    /** Names what is missing or extra before anything is allocated. */
    private static void checkNames(LlamaConfig config, Safetensors file) {
        Set<String> expected =
                Llama.specs(config).stream().map(spec -> spec.name()).collect(Collectors.toSet());
        Set<String> missing = new TreeSet<>(expected);
        missing.removeAll(file.tensors().keySet());
        Set<String> extra = new TreeSet<>(file.tensors().keySet());
        extra.removeAll(expected);
        if (config.tieWordEmbeddings()) {
            extra.remove(Llama.LM_HEAD); // a copy of the embedding that some programs write
        }
        if (!missing.isEmpty() || !extra.isEmpty()) {
            throw new InvalidFileException(
                    file.source(),
                    "its tensors are not those of config.json: missing %s, extra %s".formatted(missing, extra));
        }
    }
}
