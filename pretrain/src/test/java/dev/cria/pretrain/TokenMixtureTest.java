package dev.cria.pretrain;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cria.core.data.RaggedBatch;
import dev.cria.core.data.TokenShardWriter;
import dev.cria.core.data.TokenShards;
import dev.cria.core.data.Windows;
import dev.cria.core.data.Windows.Window;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TokenMixtureTest {
    private static final int CONTEXT = 8;

    @TempDir
    private Path directory;

    private Windows windows;
    private TokenShards shards;

    /** Documents of 5, 1 and 94 tokens: ids count up from 0, so that an id tells its place in the stream. */
    @BeforeEach
    void writeShards() {
        Path data = directory.resolve("data");
        try (TokenShardWriter writer = TokenShardWriter.create(data, "test", 1000)) {
            int id = 0;
            for (int length : new int[] {5, 1, 94}) {
                for (int i = 0; i < length; i++) {
                    writer.append(new int[] {id++}, 0, 1);
                }
                writer.endDocument();
            }
            writer.publish();
        }
        shards = TokenShards.open(data);
        windows = new Windows(shards);
    }

    @Test
    void aWindowFallsIntoSegmentsAtTheEndsOfDocuments() {
        RaggedBatch batch = windows.read(List.of(new Window(2, 8)));

        assertThat(batch.tokens()).containsExactly(2, 3, 4, 5, 6, 7, 8, 9);
        assertThat(batch.targets()).containsExactly(3, 4, -1, -1, 7, 8, 9, 10);
        assertThat(batch.segments().positions()).containsExactly(0, 1, 2, 0, 0, 1, 2, 3);
    }

    @Test
    void aDocumentThatEndsWithTheWindowPredictsNothingAtItsEnd() {
        RaggedBatch batch = windows.read(List.of(new Window(1, 4), new Window(6, 3)));

        assertThat(batch.targets()).containsExactly(2, 3, 4, -1, 7, 8, 9);
        assertThat(batch.segments().count()).isEqualTo(2);
    }

    @Test
    void anEpochVisitsDistinctWindowsAndTheNextOneOthers() {
        TokenMixture source = stream(1, 4);
        Set<Integer> first = new HashSet<>();
        Set<Integer> second = new HashSet<>();
        int perEpoch = (100 - CONTEXT) / CONTEXT;
        for (int i = 0; i < perEpoch; i++) {
            first.add(source.next().tokens()[0]);
        }
        for (int i = 0; i < perEpoch; i++) {
            second.add(source.next().tokens()[0]);
        }

        assertThat(first).hasSize(perEpoch);
        assertThat(second).hasSize(perEpoch).isNotEqualTo(first);
        assertThat(first).allMatch(start -> start % CONTEXT == first.iterator().next() % CONTEXT);
    }

    @Test
    void goesOnExactlyWhereTheCursorStands() {
        TokenMixture source = stream(3, 3);
        for (int i = 0; i < 7; i++) {
            source.next();
        }
        TokenMixture resumed = stream(3, 3);
        resumed.restore(source.cursor());

        assertThat(resumed.next().tokens()).isEqualTo(source.next().tokens());
    }

    @Test
    void coveringWindowsReadEveryTargetOnce() {
        List<Integer> targets = HeldOut.covering(60, 100, CONTEXT, 2).stream()
                .map(windows::read)
                .flatMapToInt(batch -> Arrays.stream(batch.targets()))
                .boxed()
                .toList();

        assertThat(targets).hasSize(39).startsWith(61, 62).endsWith(98, 99).doesNotHaveDuplicates();
    }

    @Test
    void sourcesAreSampledByTheirWeightsAcrossAResume() {
        TokenMixture before = mixture(0.8, 0.2);
        int fromSecond = countFromSecond(before, 4321);
        TokenMixture after = mixture(0.8, 0.2);
        after.restore(before.cursor());
        fromSecond += countFromSecond(after, 10_000 - 4321);

        assertThat(fromSecond).isBetween(1999, 2001); // exact to one sequence; asked for is 1 %
    }

    @Test
    void bestFitKeepsDocumentsWholeAndPacksThemAll() {
        BestFitSequences packed = new BestFitSequences(shards, 3, 100, 5);
        List<Window> first = packed.get(0);

        assertThat(first).containsExactlyInAnyOrder(new Window(6, 94), new Window(0, 5)); // one token predicts nothing
        assertThat(packed.get(1)).containsExactlyInAnyOrderElementsOf(first); // the next epoch
        RaggedBatch batch = new Windows(shards).read(first);
        assertThat(batch.tokens()).hasSize(99);
        assertThat(batch.targetCount()).isEqualTo(93 + 4);
    }

    @Test
    void withoutIsolationAWindowIsOneSegment() {
        RaggedBatch batch = new Windows(shards, false).read(List.of(new Window(2, 8)));

        assertThat(batch.segments().count()).isEqualTo(1);
        assertThat(batch.targetCount()).isEqualTo(8);
    }

    private TokenMixture stream(int batchSize, long seed) {
        Sequences sequences = new StreamSequences(100, CONTEXT, seed);
        return new TokenMixture(List.of(new TokenMixture.Source(windows, sequences, 1)), CONTEXT, batchSize);
    }

    /** Two sources over the same shards; the second reads only the first token pair. */
    private TokenMixture mixture(double first, double second) {
        return new TokenMixture(
                List.of(
                        new TokenMixture.Source(windows, n -> List.of(new Window(50, 2)), first),
                        new TokenMixture.Source(windows, n -> List.of(new Window(0, 2)), second)),
                CONTEXT,
                1);
    }

    private static int countFromSecond(TokenMixture mixture, int sequences) {
        int count = 0;
        for (int i = 0; i < sequences; i++) {
            count += mixture.next().tokens()[0] == 0 ? 1 : 0;
        }
        return count;
    }
}
