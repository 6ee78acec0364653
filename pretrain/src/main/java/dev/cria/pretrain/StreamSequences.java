package dev.cria.pretrain;

import dev.cria.core.data.Windows.Window;
import dev.cria.core.random.CounterRandom;
import dev.cria.core.random.IndexPermutation;
import java.util.List;

/**
 * Windows of the context's length in random order. Each epoch cuts the stream into windows that do not overlap, beginning
 * at another offset, and visits each once.
 */
final class StreamSequences implements Sequences {
    private final int contextLength;
    private final long seed;
    private final long perEpoch; // windows
    private final boolean shifts; // whether there is room for an offset

    /**
     * Windows of the first tokens of a stream.
     *
     * @param tokens how many tokens of the stream may be read, at least contextLength + 1
     */
    StreamSequences(long tokens, int contextLength, long seed) {
        this.contextLength = contextLength;
        this.seed = seed;
        this.shifts = tokens >= 2L * contextLength;
        this.perEpoch = shifts ? (tokens - contextLength) / contextLength : 1;
    }

    @Override
    public List<Window> get(long n) {
        long epoch = n / perEpoch;
        CounterRandom random = CounterRandom.of(seed, "windows", epoch);
        long offset = shifts ? CounterRandom.of(seed, "window offset", epoch).below(0, contextLength) : 0;
        long index = new IndexPermutation(random, perEpoch).get(n % perEpoch);
        return List.of(new Window(offset + index * contextLength, contextLength));
    }
}
