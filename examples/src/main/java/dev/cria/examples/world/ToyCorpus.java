package dev.cria.examples.world;

import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Set;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/** Short stories and facts about a {@link ToyWorld} in simple English: something to pretrain on with nothing at hand. */
public final class ToyCorpus {
    /** Size of the corpus where none is asked for, in bytes: 2 MiB. */
    public static final long DEFAULT_BYTES = 2L << 20;

    private ToyCorpus() {}

    /** The documents of the world of a seed, {@value #DEFAULT_BYTES} bytes of them. */
    public static Stream<String> documents(long seed) {
        return documents(seed, DEFAULT_BYTES);
    }

    /** The documents of the world of a seed; see {@link #documents(ToyWorld, long)}. */
    public static Stream<String> documents(long seed, long bytes) {
        return documents(ToyWorld.of(seed), bytes);
    }

    /**
     * Documents about a world, no two of them equal, made as they are asked for. Each is one line of ASCII without a line
     * break. The same world gives the same documents; a larger corpus starts with the smaller one.
     *
     * @param world what the documents tell of
     * @param bytes the stream ends with the document that reaches so many bytes in total; at least 0
     */
    public static Stream<String> documents(ToyWorld world, long bytes) {
        if (bytes < 0) {
            throw new IllegalArgumentException("the size of the corpus must be at least 0 bytes, got " + bytes);
        }
        Spliterator<String> documents = Spliterators.spliteratorUnknownSize(
                new Documents(world, bytes), Spliterator.ORDERED | Spliterator.NONNULL | Spliterator.DISTINCT);
        return StreamSupport.stream(documents, false);
    }

    private static final class Documents implements Iterator<String> {
        private final long seed;
        private final Narrator narrator;
        private final Set<Long> told = new HashSet<>();
        private long bytesLeft;
        private long attempts;

        Documents(ToyWorld world, long bytes) {
            this.seed = world.seed();
            this.narrator = new Narrator(world);
            this.bytesLeft = bytes;
        }

        @Override
        public boolean hasNext() {
            return bytesLeft > 0;
        }

        @Override
        public String next() {
            if (!hasNext()) {
                throw new NoSuchElementException();
            }
            String document;
            do {
                document = narrator.document(Draws.of(seed, "document", attempts++));
            } while (!told.add(hash(document)));
            bytesLeft -= document.getBytes(StandardCharsets.UTF_8).length;
            return document;
        }

        /** 64 bits stand for a document: two that differ meet by chance once in billions, and then one is left out. */
        private static long hash(String document) {
            long hash = 0xcbf29ce484222325L; // FNV-1a
            for (int i = 0; i < document.length(); i++) {
                hash = (hash ^ document.charAt(i)) * 0x100000001b3L;
            }
            return hash;
        }
    }
}
