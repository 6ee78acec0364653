package dev.cria.sft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.cria.core.data.RaggedBatch;
import dev.cria.tokenizer.ByteTokenizer;
import dev.cria.tokenizer.ChatFormat;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ChatBatchesTest {
    private static final int CONTEXT = 64;

    @Test
    void isolatedConversationsAreSegmentsThatFitTheContext() {
        ChatBatches batches = batches(Packing.ISOLATED, 1);
        for (int i = 0; i < 20; i++) {
            RaggedBatch batch = batches.next();
            assertThat(batch.tokenCount()).isLessThanOrEqualTo(CONTEXT);
            for (int s = 0; s < batch.segments().count(); s++) {
                assertThat(batch.tokens()[batch.segments().start(s)]).isEqualTo(256); // bos
                assertThat(batch.segments().positions()[batch.segments().start(s)])
                        .isZero();
            }
        }
    }

    @Test
    void concatenatedSequencesAreFullAndOneSegmentEach() {
        ChatBatches batches = batches(Packing.CONCATENATED, 2);
        RaggedBatch batch = batches.next();
        assertThat(batch.segments().count()).isEqualTo(2);
        assertThat(batch.tokenCount()).isEqualTo(2 * CONTEXT);
        for (int t = 0; t + 1 < batch.tokenCount(); t++) {
            if (batch.tokens()[t] == 257) { // nothing learns to begin the next conversation
                assertThat(batch.targets()[t]).isEqualTo(RaggedBatch.NO_TARGET);
            }
        }
    }

    @Test
    void aSequenceInsideALongPromptIsLeftOut() {
        ChatRows rows = new ChatRows(ChatFormat.llama2(new ByteTokenizer()), 500, Overlong.DROP);
        rows.add(Conversation.of("q".repeat(400), "a"));
        ChatBatches batches = new ChatBatches(rows.rows(), Packing.CONCATENATED, CONTEXT, 1, 1);
        assertThat(batches.batches(1)).isEqualTo(1);
        assertThat(batches.next().targetCount()).isPositive();
    }

    @ParameterizedTest
    @EnumSource
    void anEpochHasEveryTargetOnceInAnotherOrderThanTheNext(Packing packing) {
        List<ChatRow> rows = rows();
        ChatBatches batches = batches(packing, 1);
        List<Integer> all = new ArrayList<>();
        rows.forEach(row -> collect(row.targets(), all));
        Collections.sort(all);
        List<Integer> first = epoch(batches, batches.batches(1));
        List<Integer> second = epoch(batches, batches.batches(2) - batches.batches(1));

        assertThat(first).isNotEqualTo(second);
        assertThat(first.stream().sorted().toList()).isEqualTo(all);
        assertThat(second.stream().sorted().toList()).isEqualTo(all);
    }

    @ParameterizedTest
    @EnumSource
    void theCursorGoesOnExactly(Packing packing) {
        ChatBatches one = batches(packing, 3);
        for (int i = 0; i < 7; i++) {
            one.next();
        }
        JsonNode cursor = one.cursor();
        ChatBatches two = batches(packing, 3);
        two.restore(cursor);
        for (int i = 0; i < 7; i++) {
            RaggedBatch a = one.next();
            RaggedBatch b = two.next();
            assertThat(b.tokens()).isEqualTo(a.tokens());
            assertThat(b.targets()).isEqualTo(a.targets());
        }
    }

    @Test
    void otherDataIsNotGoneOnWith() {
        JsonNode cursor = batches(Packing.NONE, 1).cursor();
        ChatBatches other = new ChatBatches(rows().subList(1, 10), Packing.NONE, CONTEXT, 1, 1);
        assertThatThrownBy(() -> other.restore(cursor)).hasMessageContaining("chat data is not what");
    }

    @Test
    void anotherPackingOrContextIsNotGoneOnWith() {
        JsonNode cursor = batches(Packing.ISOLATED, 1).cursor();
        ChatBatches longer = new ChatBatches(rows(), Packing.ISOLATED, 2 * CONTEXT, 1, 1);

        assertThatThrownBy(() -> batches(Packing.CONCATENATED, 1).restore(cursor))
                .hasMessageContaining("data.packing ISOLATED, not CONCATENATED");
        assertThatThrownBy(() -> longer.restore(cursor)).hasMessageContaining("data.contextLength 64, not 128");
    }

    @Test
    void aCursorThatDoesNotSayHowSequencesWereMadeIsGoneOnWith() {
        ChatBatches before = batches(Packing.ISOLATED, 1);
        before.next();
        ObjectNode cursor = before.cursor().deepCopy();
        cursor.remove(List.of("packing", "contextLength"));

        ChatBatches after = batches(Packing.ISOLATED, 1);
        after.restore(cursor);

        assertThat(after.next().tokens()).isEqualTo(before.next().tokens());
    }

    @Test
    void heldOutRowsAreAllSeenOnce() {
        List<Integer> all = new ArrayList<>();
        rows().forEach(row -> collect(row.targets(), all));
        List<Integer> seen = new ArrayList<>();
        ChatBatches.inOrder(rows(), CONTEXT, 3).forEach(batch -> collect(batch.targets(), seen));
        assertThat(seen).isEqualTo(all);
    }

    private static List<Integer> epoch(ChatBatches batches, long count) {
        List<Integer> targets = new ArrayList<>();
        for (long i = 0; i < count; i++) {
            collect(batches.next().targets(), targets);
        }
        return targets;
    }

    private static void collect(int[] targets, List<Integer> into) {
        Arrays.stream(targets).filter(t -> t != RaggedBatch.NO_TARGET).forEach(into::add);
    }

    private static ChatBatches batches(Packing packing, int batchSize) {
        return new ChatBatches(rows(), packing, CONTEXT, batchSize, 1);
    }

    private static List<ChatRow> rows() {
        ChatRows rows = new ChatRows(ChatFormat.llama2(new ByteTokenizer()), CONTEXT, Overlong.DROP);
        IntStream.range(0, 20).forEach(i -> rows.add(Conversation.of("q".repeat(i % 7 + 1), "answer " + i)));
        return rows.rows();
    }
}
