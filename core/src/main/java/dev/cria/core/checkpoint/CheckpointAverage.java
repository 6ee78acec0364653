package dev.cria.core.checkpoint;

import dev.cria.core.io.FileErrors;
import dev.cria.core.io.InvalidFileException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/** Averages the weights of several model directories of one shape into a new one. Memory does not grow with the models. */
public final class CheckpointAverage {
    private static final String WEIGHTS = "model";

    private CheckpointAverage() {}

    /**
     * Writes the weighted mean of the models' weights, in F32. Configuration and tokenizer are those of the first;
     * training state is left out.
     *
     * @param models model directories, at least one
     * @param shares weight of each model; they are divided by their sum
     * @param output a directory that must be absent or empty
     * @throws IllegalArgumentException if the models differ in a tensor, or a number is out of range
     */
    public static void write(List<Path> models, double[] shares, Path output) {
        double sum = Arrays.stream(shares).sum();
        if (models.isEmpty() || shares.length != models.size()) {
            throw new IllegalArgumentException(
                    "%d models and %d weights do not belong together; give a weight for each model"
                            .formatted(models.size(), shares.length));
        }
        if (Arrays.stream(shares).anyMatch(share -> !(share >= 0)) || !(sum > 0) || Double.isInfinite(sum)) {
            throw new IllegalArgumentException(
                    "weights must be at least 0 and not all 0, are " + Arrays.toString(shares));
        }
        List<Safetensors> files = new ArrayList<>();
        try (CheckpointWriter writer = CheckpointWriter.create(output)) {
            for (Path model : models) {
                files.add(Safetensors.open(model, WEIGHTS));
                requireSameTensors(files.get(0), files.get(files.size() - 1));
            }
            copyCompanions(models.get(0), writer.directory());
            double[] normed = Arrays.stream(shares).map(share -> share / sum).toArray();
            SafetensorsWriter.write(
                    writer.directory(), WEIGHTS, averages(files, normed), SafetensorsWriter.DEFAULT_SHARD_BYTES);
            writer.publish();
        } finally {
            files.forEach(Safetensors::close);
        }
    }

    private static void requireSameTensors(Safetensors first, Safetensors other) {
        if (!first.tensors().keySet().equals(other.tensors().keySet())) {
            throw new InvalidFileException(other.source(), "it has other tensors than " + first.source());
        }
        first.tensors().forEach((name, tensor) -> {
            List<Long> shape = other.tensor(name).shape();
            if (!shape.equals(tensor.shape())) {
                throw new InvalidFileException(
                        other.source(),
                        "tensor \"%s\" has shape %s, but %s in %s"
                                .formatted(name, shape, tensor.shape(), first.source()));
            }
        });
    }

    private static List<NamedTensor> averages(List<Safetensors> files, double[] shares) {
        List<NamedTensor> tensors = new ArrayList<>();
        float[] part = new float[Safetensors.CHUNK];
        double[] sum = new double[Safetensors.CHUNK];
        files.get(0).tensors().forEach((name, tensor) -> {
            FloatSource source = (chunk, length, at) -> {
                Arrays.fill(sum, 0);
                for (int file = 0; file < shares.length; file++) {
                    files.get(file).readPart(name, part, length, at);
                    for (int i = 0; i < length; i++) {
                        sum[i] += shares[file] * part[i];
                    }
                }
                for (int i = 0; i < length; i++) {
                    chunk[i] = (float) sum[i];
                }
            };
            tensors.add(new NamedTensor(name, DType.F32, tensor.shape(), source));
        });
        return tensors;
    }

    /** Copies the files beside the weights: configuration and tokenizer. */
    private static void copyCompanions(Path from, Path to) {
        try (Stream<Path> entries = Files.list(from)) {
            for (Path entry : entries.filter(Files::isRegularFile).toList()) {
                String name = String.valueOf(entry.getFileName());
                if (!name.contains(".safetensors") && !name.equals(Manifest.FILE) && !name.equals(TrainerState.FILE)) {
                    Files.copy(entry, to.resolve(name));
                }
            }
        } catch (IOException e) {
            throw FileErrors.unchecked("cannot copy the files of", from, e);
        }
    }
}
