package dev.cria.model;

import dev.cria.core.Engine;
import dev.cria.core.autograd.Parameter;
import dev.cria.core.autograd.Parameters;
import dev.cria.core.checkpoint.DType;
import dev.cria.core.checkpoint.NamedTensor;
import dev.cria.core.checkpoint.Safetensors;
import dev.cria.core.checkpoint.SafetensorsWriter;
import dev.cria.core.checkpoint.StoredTensor;
import dev.cria.core.checkpoint.TensorFiles;
import dev.cria.core.io.InvalidFileException;
import dev.cria.core.ops.Tensor;
import dev.cria.core.ops.TensorOps;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** A Llama as a directory of files: Hugging Face's layout is read and written, Meta's is read. */
final class LlamaCheckpoint {
    private static final String WEIGHTS = "model";
    private static final int SHOWN = 10; // names in an error

    private LlamaCheckpoint() {}

    static void save(Llama model, Path directory, Function<Parameter, Tensor> weights) {
        LlamaConfigFile.write(model.config(), directory);
        TensorOps ops = model.engine().ops();
        List<NamedTensor> tensors = model.parameters().all().stream()
                .map(parameter -> TensorFiles.named(ops, parameter.name(), DType.F32, weights.apply(parameter)))
                .toList();
        SafetensorsWriter.write(directory, WEIGHTS, tensors, SafetensorsWriter.DEFAULT_SHARD_BYTES);
    }

    static Llama load(Engine engine, Path directory, Predicate<String> trained) {
        return load(directory, config -> Llama.zeros(engine, config, trained));
    }

    /** Fills an empty model that is made when the files turn out to be right. */
    static Llama load(Path directory, Function<LlamaConfig, Llama> empty) {
        PickleFiles.refuse(directory);
        try (Safetensors file = Safetensors.open(directory, WEIGHTS)) {
            WeightLayout layout = MetaLayout.isAt(directory)
                    ? MetaLayout.read(directory, file)
                    : new WeightLayout.HuggingFace(LlamaConfigFile.read(directory));
            check(layout, file);
            checkTied(layout, file);
            Llama model = empty.apply(layout.config());
            try {
                read(model, layout, file);
                return model;
            } catch (RuntimeException e) {
                model.close();
                throw e;
            }
        }
    }

    /** Reads a directory that {@link #save} wrote into a model of the same sizes. */
    static void read(Llama model, Path directory) {
        try (Safetensors file = Safetensors.open(directory, WEIGHTS)) {
            WeightLayout layout = new WeightLayout.HuggingFace(model.config());
            check(layout, file);
            read(model, layout, file);
        }
    }

    private static void read(Llama model, WeightLayout layout, Safetensors file) {
        for (Parameter parameter : model.parameters().all()) {
            layout.read(model.engine().ops(), file, parameter);
        }
    }

    /** Names what is missing, extra or misshaped before any memory is set aside. */
    private static void check(WeightLayout layout, Safetensors file) {
        int layers = layout.config().numHiddenLayers();
        if (layers > file.tensors().size()) {
            throw new InvalidFileException(
                    file.source(),
                    "the configuration claims %d layers, the file has only %d tensors"
                            .formatted(layers, file.tensors().size()));
        }
        Set<String> missing = new TreeSet<>();
        Set<String> extra = new TreeSet<>(file.tensors().keySet());
        List<String> misshaped = new ArrayList<>();
        for (Parameters.Spec spec : Llama.specs(layout.config())) {
            String name = layout.stored(spec.name());
            StoredTensor tensor = file.tensors().get(name);
            if (tensor == null) {
                missing.add(name);
            } else if (!Arrays.equals(tensor.sizes(), spec.shape())) {
                misshaped.add("%s %s, not %s".formatted(name, tensor.shape(), Arrays.toString(spec.shape())));
            }
            extra.remove(name);
        }
        extra.removeAll(layout.ignored());
        if (!missing.isEmpty() || !extra.isEmpty() || !misshaped.isEmpty()) {
            throw new InvalidFileException(
                    file.source(),
                    "its tensors are not those of the model's configuration: missing %s, extra %s, misshaped %s"
                            .formatted(shown(missing), shown(extra), shown(misshaped)));
        }
    }

    /** A tied LM head that lies in the file all the same must be the embedding: reading one of two would hide the other. */
    private static void checkTied(WeightLayout layout, Safetensors file) {
        if (layout.ignored().contains(Llama.LM_HEAD)
                && file.tensors().containsKey(Llama.LM_HEAD)
                && fingerprint(file, Llama.LM_HEAD) != fingerprint(file, Llama.EMBEDDING)) {
            throw new InvalidFileException(
                    file.source(),
                    "%s differs from %s, though config.json ties them; set tie_word_embeddings to false"
                            .formatted(Llama.LM_HEAD, Llama.EMBEDDING));
        }
    }

    private static long fingerprint(Safetensors file, String name) {
        long[] hash = {file.tensor(name).length()};
        file.read(name, (chunk, length, at) -> {
            for (int i = 0; i < length; i++) {
                hash[0] = 31 * hash[0] + Float.floatToRawIntBits(chunk[i]);
            }
        });
        return hash[0];
    }

    private static String shown(Collection<String> names) {
        return names.stream().limit(SHOWN).collect(Collectors.joining(", ", "[", ""))
                + (names.size() > SHOWN ? " and %d more]".formatted(names.size() - SHOWN) : "]");
    }
}
