package dev.cria.core.ops.cpu;

import dev.cria.core.ops.Slab;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;

/** What one thread of the pool owns: its kernels, its BLAS handle, and memory that grows to the largest size asked for. */
final class Worker implements AutoCloseable {
    private static final int FETCH =
            1 << 13; // elements read ahead at once: 32 kB, small beside the L2 cache that keeps them
    private static final int STREAMS = 4; // in which memory is read: fewer and more are slower
    private static final int LINE = 16; // floats of a cache line

    final TileKernels kernels;
    final OpenBlasGemm gemm; // of any sizes, in single precision
    final Gemm weightGemm; // of products in sizes that come again
    final RawFloats from = new RawFloats(); // for calls of the C library
    final RawFloats to = new RawFloats();
    private final List<float[]> tiles = new ArrayList<>();
    private final List<NativeTile> nativeTiles = new ArrayList<>();
    private double[] doubles = {};
    float fetched; // lest the compiler leave out reads whose values nobody asks for
    private @Nullable Thread bound; // the thread that this worker's settings were made on

    Worker(TileKernels kernels, OpenBlasGemm gemm, Gemm weightGemm) {
        this.kernels = kernels;
        this.gemm = gemm;
        this.weightGemm = weightGemm;
    }

    /** A tile on the heap of at least {@code length} elements, undefined content; one memory per {@code slot}. */
    float[] tile(int slot, int length) {
        while (tiles.size() <= slot) {
            tiles.add(new float[0]);
        }
        float[] tile = tiles.get(slot);
        if (tile.length < length) {
            tile = new float[length];
            tiles.set(slot, tile);
        }
        return tile;
    }

    /** Copies elements from {@code index} on to the tile of slot 0, piece by piece, for the sake of having them in the cache. */
    void fetch(Floats from, long index, long length) {
        float[] copy = tile(0, FETCH);
        for (long done = 0; done < length; done += FETCH) {
            from.get(index + done, copy, 0, (int) Math.min(FETCH, length - done));
        }
    }

    /**
     * Reads elements from {@code index} on, but for the last few, into the cache: one of each line, in streams. With AVX2 alone that is
     * faster than {@link #fetch}.
     */
    void fetchInStreams(Floats from, long index, long length) {
        long run = length / (STREAMS * LINE) * LINE;
        float sum = 0;
        for (long i = 0; i < run; i += LINE) {
            for (int stream = 0; stream < STREAMS; stream++) {
                sum += from.get(index + stream * run + i);
            }
        }
        fetched = sum;
    }

    /** An array of at least {@code length} elements, undefined content. */
    double[] doubles(int length) {
        if (doubles.length < length) {
            doubles = new double[length];
        }
        return doubles;
    }

    /** Makes the calling thread fit to use this worker. */
    void bind() {
        Thread thread = Thread.currentThread();
        if (thread != bound) {
            gemm.bind();
            weightGemm.bind();
            bound = thread;
        }
    }

    /** Native memory of at least {@code length} elements, undefined content; one memory per {@code slot}. */
    Floats nativeTile(int slot, long length) {
        while (nativeTiles.size() <= slot) {
            nativeTiles.add(new NativeTile(length));
        }
        NativeTile tile = nativeTiles.get(slot);
        if (tile.slab.length() < length) {
            NativeTile larger = new NativeTile(length);
            nativeTiles.set(slot, larger);
            tile.slab.close();
            tile = larger;
        }
        return tile.floats;
    }

    private static final class NativeTile {
        private final Slab slab;
        private final Floats floats;

        NativeTile(long length) {
            slab = Slab.allocate(DataType.FLOAT, length);
            floats = new Floats(HostMemory.of(slab), 0);
        }
    }

    @Override
    public void close() {
        gemm.close();
        weightGemm.close();
        nativeTiles.forEach(tile -> tile.slab.close());
        nativeTiles.clear();
    }
}
