package dev.cria.pretrain.prepare;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.cria.core.data.TokenShardWriter;
import dev.cria.core.io.FileErrors;
import dev.cria.tokenizer.Tokenizer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Turns text files into token shards: bos, the document's tokens, eos. One thread reads, workers parse and tokenize groups
 * of documents, and the groups are written in the order of the files, so that neither the number of threads nor their
 * speed changes a byte. Memory holds a few groups, and the hashes where duplicates are removed.
 */
public final class DataPreparation {
    /** Name of the statistics' file among the shards. */
    public static final String STATISTICS = "statistics.json";

    private static final long GROUP_BYTES = 1 << 18;

    private final Tokenizer tokenizer;
    private final PrepareOptions options;
    private final Listener listener;

    /** Watches the work. */
    @FunctionalInterface
    public interface Listener {
        /**
         * Some more is written.
         *
         * @param bytes of text that were read so far
         * @param documents that were read so far
         */
        void onProgress(long bytes, long documents);
    }

    /** A preparation for a tokenizer. */
    public DataPreparation(Tokenizer tokenizer, PrepareOptions options, Listener listener) {
        this.tokenizer = tokenizer;
        this.options = options;
        this.listener = listener;
    }

    /**
     * Prepares files into a directory, which appears when all is done.
     *
     * @param files {@code .jsonl} with a {@code text} field, or text files, a document each; {@code .gz} of either
     * @param output absent or empty
     * @throws dev.cria.core.io.InvalidFileException naming the file and line that is malformed
     */
    public Statistics prepare(List<Path> files, Path output) {
        long begin = System.nanoTime();
        ExecutorService workers = Executors.newFixedThreadPool(options.threads());
        try (TokenShardWriter writer =
                TokenShardWriter.create(output, tokenizer.fingerprint(), tokenizer.vocabSize())) {
            Sink sink = new Sink(writer);
            DocumentEncoder encoder = new DocumentEncoder(tokenizer, options);
            Deque<Future<List<Encoded>>> running = new ArrayDeque<>();
            for (Path file : files) {
                try (DocumentReader reader = new DocumentReader(file)) {
                    List<RawDocument> group = group(reader, sink);
                    while (!group.isEmpty()) {
                        List<RawDocument> documents = group;
                        running.add(workers.submit(
                                () -> documents.stream().map(encoder::encode).toList()));
                        if (running.size() > 2 * options.threads()) {
                            sink.write(result(running.remove()));
                        }
                        group = group(reader, sink);
                    }
                }
            }
            while (!running.isEmpty()) {
                sink.write(result(running.remove()));
            }
            Statistics statistics = sink.statistics((System.nanoTime() - begin) / 1e9);
            writeStatistics(writer.file(STATISTICS), statistics);
            writer.publish();
            return statistics;
        } finally {
            workers.shutdownNow();
        }
    }

    private static List<RawDocument> group(DocumentReader reader, Sink sink) {
        List<RawDocument> group = new ArrayList<>();
        long bytes = 0;
        while (bytes < GROUP_BYTES) {
            RawDocument document = reader.next();
            if (document == null) {
                break;
            }
            group.add(document);
            bytes += document.bytes().length;
        }
        sink.bytesRead += bytes;
        return group;
    }

    private static List<Encoded> result(Future<List<Encoded>> future) {
        try {
            return future.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            if (e.getCause() instanceof Error cause) {
                throw cause;
            }
            throw new IllegalStateException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    /** Where documents arrive in order: duplicates are dropped, the rest is written. */
    private final class Sink {
        private final TokenShardWriter writer;
        private final Map<Fate, Long> fates = new EnumMap<>(Fate.class);
        private final Set<Hash> seen = new HashSet<>();
        private final MinHash near = new MinHash();
        private long bytesRead;
        private long bytes;
        private long documents;

        Sink(TokenShardWriter writer) {
            this.writer = writer;
        }

        void write(List<Encoded> group) {
            for (Encoded document : group) {
                Fate fate = fate(document);
                fates.merge(fate, 1L, Long::sum);
                documents++;
                if (fate == Fate.KEPT) {
                    append(document);
                }
            }
            listener.onProgress(bytesRead, documents);
        }

        private Fate fate(Encoded document) {
            if (document.fate() != Fate.KEPT) {
                return document.fate();
            }
            if (options.removeDuplicates() && !seen.add(new Hash(document.hash()[0], document.hash()[1]))) {
                return Fate.DUPLICATE;
            }
            return options.removeNearDuplicates() && near.isRepeated(document.bands())
                    ? Fate.NEAR_DUPLICATE
                    : Fate.KEPT;
        }

        private void append(Encoded document) {
            bytes += document.bytes();
            append(tokenizer.bosId());
            writer.append(document.ids(), 0, document.ids().length);
            append(tokenizer.eosId());
            writer.endDocument();
        }

        private void append(int id) {
            if (id >= 0) {
                writer.append(new int[] {id}, 0, 1);
            }
        }

        Statistics statistics(double seconds) {
            return new Statistics(fates, bytes, writer.tokens(), seconds);
        }
    }

    private record Hash(long high, long low) {}

    private static void writeStatistics(Path file, Statistics statistics) {
        ObjectMapper mapper = new ObjectMapper();
        ObjectNode json = mapper.createObjectNode()
                .put("documents", statistics.kept())
                .put("tokens", statistics.tokens())
                .put("bytes", statistics.bytes())
                .put("bytes_per_token", statistics.bytesPerToken());
        ObjectNode dropped = json.putObject("dropped");
        statistics.documents().forEach((fate, count) -> {
            if (fate != Fate.KEPT) {
                dropped.put(fate.name().toLowerCase(Locale.ROOT), count);
            }
        });
        try {
            mapper.writerWithDefaultPrettyPrinter().writeValue(file.toFile(), json);
        } catch (IOException e) {
            throw FileErrors.unchecked("cannot write", file, e);
        }
    }
}
