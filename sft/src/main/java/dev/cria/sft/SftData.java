package dev.cria.sft;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.cria.core.data.RaggedBatch;
import dev.cria.core.io.DurableFiles;
import dev.cria.core.random.CounterRandom;
import dev.cria.tokenizer.ChatFormat;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** The rows of a run: those to train on and those to evaluate on. */
final class SftData {
    private final RowCounts counts;
    private final ChatBatches batches;
    private final List<RaggedBatch> heldOut;
    private final List<Conversation> heldOutConversations;

    private SftData(
            RowCounts counts, ChatBatches batches, List<RaggedBatch> heldOut, List<Conversation> heldOutConversations) {
        this.counts = counts;
        this.batches = batches;
        this.heldOut = heldOut;
        this.heldOutConversations = heldOutConversations;
    }

    /**
     * Reads and splits the data.
     *
     * @param maxPositions the model's longest sequence
     * @throws IllegalArgumentException if nothing is left to train on, or the context is longer than the model's
     */
    static SftData prepare(SftConfig config, ChatSource source, ChatFormat format, int maxPositions) {
        SftDataConfig data = config.data();
        if (data.contextLength() > maxPositions) {
            throw new IllegalArgumentException("data.contextLength is %d, but the model's longest sequence is %d"
                    .formatted(data.contextLength(), maxPositions));
        }
        int contextLength = data.contextLength() == 0 ? maxPositions : data.contextLength();
        ChatRows rows = new ChatRows(format, contextLength, data.overlong());
        source.addTo(rows);
        rows.problem().ifPresent(problem -> {
            String files = data.input().stream().map(file -> file + ": ").collect(Collectors.joining());
            throw new IllegalArgumentException(files + problem);
        });
        ChatRows validation = new ChatRows(format, contextLength, data.overlong());
        data.validation().forEach(validation::addFile);
        boolean split = data.validation().isEmpty();
        long seed = config.training().seed();
        Set<Integer> held = split ? heldOut(rows.rows().size(), data.heldOut(), seed) : Set.of();
        List<ChatRow> evaluated = split ? pick(rows.rows(), held, true) : validation.rows();
        return new SftData(
                rows.counts(),
                new ChatBatches(pick(rows.rows(), held, false), data.packing(), contextLength, data.batchSize(), seed),
                ChatBatches.inOrder(evaluated, contextLength, data.batchSize()),
                split ? pick(rows.conversations(), held, true) : validation.conversations());
    }

    /** Which rows are held out: a share of them, but never all. */
    private static Set<Integer> heldOut(int rows, double share, long seed) {
        int count = share == 0 ? 0 : Math.min(rows - 1, (int) Math.ceil(rows * share));
        int[] order = CounterRandom.of(seed, "held-out rows", 0).permutation(rows);
        Set<Integer> held = new HashSet<>();
        for (int i = 0; i < count; i++) {
            held.add(order[i]);
        }
        return held;
    }

    private static <T> List<T> pick(List<T> all, Set<Integer> indices, boolean contained) {
        List<T> picked = new ArrayList<>();
        IntStream.range(0, all.size())
                .filter(i -> indices.contains(i) == contained)
                .forEach(i -> picked.add(all.get(i)));
        return picked;
    }

    RowCounts counts() {
        return counts;
    }

    ChatBatches batches() {
        return batches;
    }

    List<RaggedBatch> heldOut() {
        return heldOut;
    }

    /** The first held-out conversations. */
    List<Conversation> samples(int count) {
        return heldOutConversations.subList(0, Math.min(count, heldOutConversations.size()));
    }

    void writeCounts(Path run) {
        ObjectMapper mapper = new ObjectMapper();
        ObjectNode json = mapper.valueToTree(counts);
        json.put("heldOutConversations", heldOutConversations.size());
        try {
            DurableFiles.write(
                    run.resolve(FineTuning.COUNTS),
                    mapper.writerWithDefaultPrettyPrinter()
                            .writeValueAsString(json)
                            .getBytes(StandardCharsets.UTF_8));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a tree of numbers can be written", e);
        }
    }
}
