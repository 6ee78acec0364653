package dev.cria.core.autograd;

import dev.cria.core.ops.Slab;
import dev.cria.core.ops.Tensor;
import dev.cria.core.ops.TensorOps;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;

/**
 * All weights of a model in one flat buffer and their gradients in another, so that clipping, AdamW and averaging each
 * are one pass over memory. Trained matrices come first, then trained vectors (which by default do not decay), then
 * frozen weights, which have no gradient.
 */
public final class Parameters implements AutoCloseable {
    private final Map<String, Parameter> byName = new LinkedHashMap<>();
    private final Map<String, Long> offsets = new LinkedHashMap<>();
    private final Slab values;
    private final @Nullable Slab compact; // frozen matrices in a type of their own; their offsets are in here
    private final @Nullable Slab gradients;
    private final long matrixLength;
    private final long trainedLength;

    /**
     * Name and shape of a weight to allocate.
     *
     * @param name Hugging Face's tensor name
     * @param shape its shape; rank 2 and more counts as a matrix, which decays
     */
    public record Spec(String name, long... shape) {
        /** Number of elements. */
        public long length() {
            long length = 1;
            for (long size : shape) {
                length = Math.multiplyExact(length, size);
            }
            return length;
        }

        /** Whether it has more than one dimension. */
        public boolean isMatrix() {
            return shape.length > 1;
        }
    }

    private Parameters(DataType dataType, List<Spec> specs, Predicate<String> trained) {
        List<Spec> order = new ArrayList<>(specs);
        order.sort(Comparator.comparing((Spec spec) -> !trained.test(spec.name()))
                .thenComparing(spec -> !spec.isMatrix()));
        long length = 0;
        long matrices = 0;
        long trainable = 0;
        for (Spec spec : order) {
            if (offsets.put(spec.name(), length) != null) {
                throw new IllegalArgumentException("two weights are named " + spec.name());
            }
            length += Slab.aligned(spec.length());
            if (trained.test(spec.name())) {
                trainable = length;
                matrices = spec.isMatrix() ? length : matrices;
            }
        }
        this.matrixLength = matrices;
        this.trainedLength = trainable;
        this.values = Slab.allocate(dataType, length);
        this.compact = null;
        this.gradients = trainable == 0 ? null : Slab.allocate(dataType, trainable);
        for (Spec spec : specs) {
            long offset = offset(spec.name());
            Tensor gradient =
                    gradients != null && trained.test(spec.name()) ? gradients.tensor(offset, spec.shape()) : null;
            byName.put(spec.name(), new Parameter(spec.name(), values.tensor(offset, spec.shape()), gradient));
        }
    }

    /** Frozen weights of which the matrices have a type of their own. */
    private Parameters(DataType dataType, DataType matrixType, List<Spec> specs) {
        long vectors = 0;
        long matrices = 0;
        for (Spec spec : specs) {
            long padded = Slab.aligned(spec.length());
            if (offsets.put(spec.name(), spec.isMatrix() ? matrices : vectors) != null) {
                throw new IllegalArgumentException("two weights are named " + spec.name());
            }
            matrices += spec.isMatrix() ? padded : 0;
            vectors += spec.isMatrix() ? 0 : padded;
        }
        this.matrixLength = 0;
        this.trainedLength = 0;
        this.values = Slab.allocate(dataType, Math.max(1, vectors));
        this.compact = Slab.allocate(matrixType, Math.max(1, matrices));
        this.gradients = null;
        for (Spec spec : specs) {
            Slab slab = spec.isMatrix() ? compact : values;
            byName.put(spec.name(), new Parameter(spec.name(), slab.tensor(offset(spec.name()), spec.shape()), null));
        }
    }

    /**
     * Allocates zeroed weights for inference, the matrices in a type of their own.
     *
     * @param dataType of vectors, FLOAT or DOUBLE
     * @param matrixType of matrices, such as BFLOAT16
     * @param specs names and shapes
     * @throws IllegalArgumentException if two weights share a name
     */
    public static Parameters frozen(DataType dataType, DataType matrixType, List<Spec> specs) {
        return new Parameters(dataType, matrixType, specs);
    }

    /**
     * Allocates zeroed weights, with gradients for those that are trained.
     *
     * @param dataType FLOAT or DOUBLE
     * @param specs names and shapes
     * @param trained which names get gradients; {@code name -> false} for inference
     * @throws IllegalArgumentException if two weights share a name
     */
    public static Parameters allocate(DataType dataType, List<Spec> specs, Predicate<String> trained) {
        return new Parameters(dataType, specs, trained);
    }

    /**
     * The weight of this name.
     *
     * @throws IllegalArgumentException if there is none
     */
    public Parameter get(String name) {
        Parameter parameter = byName.get(name);
        if (parameter == null) {
            throw new IllegalArgumentException("the model has no weight named " + name);
        }
        return parameter;
    }

    /** All weights in the order of their specs. */
    public Collection<Parameter> all() {
        return Collections.unmodifiableCollection(byName.values());
    }

    /** Number of weights' elements, without padding. */
    public long count() {
        return byName.values().stream().mapToLong(p -> p.value().length()).sum();
    }

    /** Trained matrices, flat. */
    public Range matrices() {
        return range(0, matrixLength);
    }

    /** Trained vectors, flat. */
    public Range vectors() {
        return range(matrixLength, trainedLength);
    }

    /**
     * Sets all gradients to zero; see {@link Parameter}.
     *
     * @param ops writes the zeros, should it come to that
     */
    public void clearGradients(TensorOps ops) {
        byName.values().forEach(parameter -> parameter.clearGradient(ops));
    }

    /**
     * Gradients of everything trained, flat: [trainedLength].
     *
     * @throws IllegalStateException if a tape that has not gone back yet keeps activations there; see {@link Tape#block}
     */
    public Tensor gradients() {
        return range(0, trainedLength).gradients();
    }

    /** All weights, flat, frozen ones last. */
    public Tensor values() {
        return values.tensor(0, values.length());
    }

    /** Everything trained, flat: [trainedLength]. */
    public Tensor trained() {
        return values.tensor(0, trainedLength);
    }

    /** Elements that have a gradient, padding included: the size of an optimizer's flat state. */
    public long trainedLength() {
        return trainedLength;
    }

    /** Where a weight starts in the flat buffers. */
    public long offset(Parameter parameter) {
        return offset(parameter.name());
    }

    private long offset(String name) {
        Long offset = offsets.get(name);
        if (offset == null) {
            throw new IllegalArgumentException("the model has no weight named " + name);
        }
        return offset;
    }

    /**
     * Part of the flat buffers.
     *
     * @param from first element
     * @param values [n]
     * @param gradients [n]
     */
    public record Range(long from, Tensor values, Tensor gradients) {}

    private Range range(long from, long to) {
        Slab slab = gradients;
        if (slab == null) {
            throw new IllegalStateException("these weights were loaded without gradients, for inference only");
        }
        byName.values().forEach(Parameter::gradient); // what counts as zero is written
        return new Range(from, values.tensor(from, to - from), slab.tensor(from, to - from));
    }

    /** Frees weights and gradients; tapes that computed with them are closed before. */
    @Override
    public void close() {
        byName.values().forEach(Parameter::dropSubstitute);
        values.close();
        if (compact != null) {
            compact.close();
        }
        if (gradients != null) {
            gradients.close();
        }
    }
}
