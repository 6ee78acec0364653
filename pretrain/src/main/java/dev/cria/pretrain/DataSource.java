package dev.cria.pretrain;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Token shards among others in a mixture.
 *
 * @param path a directory that {@code cria data prepare} wrote
 * @param weight share of the sequences, relative to the other sources' weights
 * @param epochs instead of a weight: how often the source is seen while a source of one epoch is seen once (Llama 2
 *     up-samples its most factual sources, paper section 2.1)
 */
public record DataSource(
        Path path, @Nullable Double weight, @Nullable Double epochs) {
    /** Checks that one of the two is given. */
    public DataSource {
        double given = weight != null ? weight : epochs != null ? epochs : 0;
        if ((weight == null) == (epochs == null) || !(given > 0)) {
            throw new IllegalArgumentException(
                    "weight or epochs must be given, not both, and be above 0; got weight %s and epochs %s"
                            .formatted(weight, epochs));
        }
    }

    /** Its share before all shares are divided by their sum. */
    double share(long tokens) {
        return weight != null ? weight : epochs != null ? epochs * tokens : 0;
    }
}
