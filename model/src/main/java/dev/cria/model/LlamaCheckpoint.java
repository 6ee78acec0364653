package dev.cria.model;

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
import dev.cria.core.train.Trainable;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;

/** A Llama as a directory of files: Hugging Face's layout is read and written, Meta's is read. */
final class LlamaCheckpoint {
    private static final String WEIGHTS = "model";
    private static final int SHOWN = 10; // names in an error

    private LlamaCheckpoint() {}

    static void save(
            LlamaConfig config, LlamaHead head, Trainable model, Path directory, Function<Parameter, Tensor> weights) {
        LlamaConfigFile.write(config, head, directory);
        TensorOps ops = model.engine().ops();
        List<NamedTensor> tensors = model.parameters().all().stream()
                .map(parameter -> TensorFiles.named(ops, parameter.name(), DType.F32, weights.apply(parameter)))
                .toList();
        SafetensorsWriter.write(directory, WEIGHTS, tensors, SafetensorsWriter.DEFAULT_SHARD_BYTES);
    }

    /**
     * Fills an empty model that is made when the files turn out to be right.
     *
     * @param head that the files must have; weights that the model has beside it stay as they are
     */
    static <M extends Trainable> M load(Path directory, LlamaHead head, Function<LlamaConfig, M> empty) {
        PickleFiles.refuse(directory);
        try (Safetensors file = Safetensors.open(directory, WEIGHTS)) {
            WeightLayout layout = MetaLayout.isAt(directory)
                    ? MetaLayout.read(directory, file)
                    : new WeightLayout.HuggingFace(LlamaConfigFile.read(directory));
            check(layout, head, file);
            checkTied(layout, file);
            return NewModel.filled(empty.apply(layout.config()), model -> read(model, head, layout, file));
        }
    }

    /** Reads a directory that {@link #save} wrote into a model of the same sizes. */
    static void read(LlamaConfig config, LlamaHead head, Trainable model, Path directory) {
        try (Safetensors file = Safetensors.open(directory, WEIGHTS)) {
            WeightLayout layout = new WeightLayout.HuggingFace(config);
            check(layout, head, file);
            read(model, head, layout, file);
        }
    }

    private static void read(Trainable model, LlamaHead head, WeightLayout layout, Safetensors file) {
        Set<String> stored =
                head.specs(layout.config()).stream().map(Parameters.Spec::name).collect(Collectors.toSet());
        for (Parameter parameter : model.parameters().all()) {
            if (stored.contains(parameter.name())) {
                layout.read(model.engine().ops(), file, parameter);
            }
        }
    }

    /** Names the mistake of giving one kind of model for the other. */
    private static void checkHead(WeightLayout layout, LlamaHead head, Safetensors file) {
        boolean scalar = file.tensors().containsKey(ScalarModel.HEAD);
        boolean language = !scalar || file.tensors().containsKey(layout.stored(Llama.LM_HEAD));
        if (head == LlamaHead.SCALAR && !scalar) {
            throw new InvalidFileException(
                    file.source(),
                    "it has no scalar head (%s), so it is not %s; train one from it with `cria reward`"
                            .formatted(ScalarModel.HEAD, head.description()));
        }
        if (head == LlamaHead.LANGUAGE_MODEL && !language) {
            throw new InvalidFileException(
                    file.source(),
                    "it is %s (it has %s), not %s"
                            .formatted(LlamaHead.SCALAR.description(), ScalarModel.HEAD, head.description()));
        }
    }

    /** Names what is missing, extra or misshaped before any memory is set aside. */
    private static void check(WeightLayout layout, LlamaHead head, Safetensors file) {
        checkHead(layout, head, file);
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
        for (Parameters.Spec spec : head.specs(layout.config())) {
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
                && fingerprint(file, Llama.LM_HEAD) != fingerprint(file, LlamaBody.EMBEDDING)) {
            throw new InvalidFileException(
                    file.source(),
                    "%s differs from %s, though config.json ties them; set tie_word_embeddings to false"
                            .formatted(Llama.LM_HEAD, LlamaBody.EMBEDDING));
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
