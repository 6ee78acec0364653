package dev.cria.pretrain;

import dev.cria.core.data.TokenShards;
import dev.cria.core.data.Windows.Window;
import dev.cria.core.random.CounterRandom;
import dev.cria.core.random.IndexPermutation;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Whole documents packed by best fit decreasing. Each epoch shuffles the documents, cuts those that are longer than the
 * context, and packs them a group at a time, so that the packing's memory does not grow with the corpus.
 */
final class BestFitSequences implements Sequences {
    private static final int GROUP = 1 << 14; // documents packed together

    private final TokenShards shards;
    private final long documents;
    private final int contextLength;
    private final long seed;
    private long firstOfGroup; // number of the group's first sequence
    private long group = -1; // counted through all epochs
    private List<List<Window>> packed = List.of();

    /**
     * Sequences of the first documents of a stream.
     *
     * @param documents how many documents may be read, at least 1
     */
    BestFitSequences(TokenShards shards, long documents, int contextLength, long seed) {
        this.shards = shards;
        this.documents = documents;
        this.contextLength = contextLength;
        this.seed = seed;
    }

    @Override
    public List<Window> get(long n) {
        if (n < firstOfGroup) {
            group = -1;
            firstOfGroup = 0;
            packed = List.of();
        }
        while (n >= firstOfGroup + packed.size()) {
            firstOfGroup += packed.size();
            group++;
            packed = pack(group);
        }
        return packed.get((int) (n - firstOfGroup));
    }

    private List<List<Window>> pack(long number) {
        long groups = (documents + GROUP - 1) / GROUP;
        long epoch = number / groups;
        long from = number % groups * GROUP;
        IndexPermutation order = new IndexPermutation(CounterRandom.of(seed, "documents", epoch), documents);
        List<Window> pieces = new ArrayList<>();
        for (long i = from; i < Math.min(from + GROUP, documents); i++) {
            cut(order.get(i), pieces);
        }
        List<List<Window>> bins = bestFit(pieces);
        int[] shuffled = CounterRandom.of(seed, "packs", number).permutation(bins.size());
        List<List<Window>> result = new ArrayList<>();
        for (int index : shuffled) {
            result.add(bins.get(index));
        }
        return result;
    }

    private void cut(long document, List<Window> pieces) {
        long end = shards.documentStart(document + 1);
        for (long start = shards.documentStart(document); start + 1 < end; start += contextLength) {
            pieces.add(new Window(start, (int) Math.min(contextLength, end - start)));
        }
    }

    /** Puts each piece, from the longest to the shortest, where it leaves the least room. */
    private List<List<Window>> bestFit(List<Window> pieces) {
        pieces.sort(Comparator.comparingInt(Window::length).reversed());
        List<List<Window>> bins = new ArrayList<>();
        TreeMap<Integer, List<List<Window>>> byRoom = new TreeMap<>();
        for (Window piece : pieces) {
            Map.Entry<Integer, List<List<Window>>> fitting = byRoom.ceilingEntry(piece.length());
            List<Window> bin;
            int room;
            if (fitting == null) {
                bin = new ArrayList<>();
                bins.add(bin);
                room = contextLength;
            } else {
                bin = fitting.getValue().remove(fitting.getValue().size() - 1);
                room = fitting.getKey();
                if (fitting.getValue().isEmpty()) {
                    byRoom.remove(room);
                }
            }
            bin.add(piece);
            if (room > piece.length()) {
                byRoom.computeIfAbsent(room - piece.length(), key -> new ArrayList<>())
                        .add(bin);
            }
        }
        return bins;
    }
}
