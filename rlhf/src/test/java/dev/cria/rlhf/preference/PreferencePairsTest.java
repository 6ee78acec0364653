package dev.cria.rlhf.preference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cria.core.ops.Segments;
import dev.cria.rlhf.Comparisons;
import dev.cria.rlhf.preference.Preference.Safety;
import dev.cria.tokenizer.ByteTokenizer;
import dev.cria.tokenizer.ChatFormat;
import dev.cria.tokenizer.ChatMessage;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class PreferencePairsTest {
    private static final ChatFormat FORMAT = ChatFormat.llama2(new ByteTokenizer());

    private static Preference preference(String chosen, String rejected, Safety safety) {
        return new Preference(List.of(ChatMessage.user("Hi")), chosen, rejected, null, safety, "test");
    }

    private static List<EncodedPair> pairs(List<Preference> preferences) {
        PreferencePairs pairs = new PreferencePairs(FORMAT, 128, false);
        preferences.forEach(pairs::add);
        return pairs.pairs();
    }

    @Test
    void whatBothDialoguesBeginWithStandsOnce() {
        EncodedPair pair = EncodedPair.of(preference("same start", "same end", null), FORMAT);
        int[] whole = FORMAT.encode(pair.preference().chosenDialogue()).ids();
        assertThat(pair.chosenTokens()).containsExactly(whole);
        assertThat(pair.rejectedTokens())
                .containsExactly(
                        FORMAT.encode(pair.preference().rejectedDialogue()).ids());
        assertThat(new ByteTokenizer().decode(pair.shared())).endsWith("[/INST] same ");
    }

    @Test
    void bothAnswersGoOnFromTheSharedSegmentAndEndWithEos() {
        PreferenceBatch batch = PreferenceBatch.of(
                pairs(List.of(preference("one", "two and more", null), preference("three", "four", null))));
        Segments segments = batch.segments();
        assertThat(segments.count()).isEqualTo(6);
        assertThat(List.of(segments.prefix(1), segments.prefix(2), segments.prefix(4), segments.prefix(5)))
                .containsExactly(0, 0, 3, 3);
        assertThat(batch.ends())
                .containsExactly(segments.end(1) - 1, segments.end(4) - 1, segments.end(2) - 1, segments.end(5) - 1);
        for (int end : batch.ends()) {
            assertThat(batch.tokens()[end]).isEqualTo(new ByteTokenizer().eosId());
        }
        assertThat(PreferenceBatch.unshared(batch.pairs()).tokenCount()).isGreaterThan(batch.tokenCount());
    }

    @Test
    void contradictingAndOverlongPairsAreLeftOutAndCounted() {
        PreferencePairs pairs = new PreferencePairs(FORMAT, 40, false);
        pairs.add(preference("good", "bad", Safety.CHOSEN_SAFE));
        pairs.add(preference("bad", "good", Safety.REJECTED_SAFE));
        pairs.add(preference("short", "a very long answer that does not fit into the context", null));
        assertThat(pairs.counts())
                .isEqualTo(new PreferencePairs.Counts(3, 1, 1, 1, pairs.counts().tokens()));
        assertThat(pairs.counts().summary()).contains("excluded: 1", "dropped: 1 too long");
    }

    @Test
    void answersThatDifferInNoTokenAreLeftOutAndCounted() {
        PreferencePairs pairs = new PreferencePairs(FORMAT, 40, false);
        pairs.add(preference("yes", "yes\u00a0", null)); // the chat format strips what Java's strip() leaves
        pairs.add(preference("yes", "no", null));
        assertThat(pairs.pairs()).hasSize(1);
        assertThat(pairs.counts().summary()).contains("2 comparisons: 1 pairs", "excluded: 1", "the same answer twice");
    }

    @Test
    void missingLabelsAreRefusedWhereTheyAreWanted() {
        PreferencePairs pairs = new PreferencePairs(FORMAT, 40, true);
        assertThatThrownBy(() -> pairs.add(preference("a", "b", null)))
                .hasMessageContaining("chosen_safe")
                .hasMessageContaining("loss.safetyWeight");
    }

    @Test
    void aMixHasAllOfItsOwnAndTheShareOfOthers() {
        List<EncodedPair> own = pairs(Comparisons.kind(90, "own"));
        List<EncodedPair> others = pairs(Comparisons.kind(50, "others"));
        List<EncodedPair> mix = PreferenceMix.mix(own, others, 0.1, 1);
        assertThat(mix).hasSize(100).containsAll(own);
        assertThat(new HashSet<>(mix)).hasSize(100);
        assertThat(PreferenceMix.mix(own, others, 0.5, 1)).hasSize(140); // as many as there are
        assertThat(PreferenceMix.mix(own, others, 0.1, 2)).isNotEqualTo(mix);
    }

    @Test
    void ofEachSourceAShareIsHeldOut() {
        List<EncodedPair> pairs = pairs(Comparisons.kind(40, "large"));
        List<EncodedPair> all = new ArrayList<>(pairs);
        all.addAll(pairs(Comparisons.kind(5, "small")));
        PreferenceMix.Split split = PreferenceMix.holdOut(all, 0.1, 3, 1);
        Map<String, Long> held = split.heldOut().stream()
                .collect(Collectors.groupingBy(pair -> pair.preference().source(), Collectors.counting()));
        assertThat(held).isEqualTo(Map.of("large", 3L, "small", 1L));
        assertThat(split.train()).hasSize(41).doesNotContainAnyElementsOf(split.heldOut());
        assertThat(PreferenceMix.holdOut(all, 0, 3, 1).heldOut()).isEmpty();
    }

    @Test
    void anEpochHasEveryPairOnceAndACursorGoesOn() {
        List<EncodedPair> pairs = pairs(Comparisons.kind(10, "x"));
        PreferenceBatches batches = new PreferenceBatches(pairs, 4, 7, PreferenceBatch::of);
        assertThat(batches.batches(2)).isEqualTo(6);
        List<EncodedPair> epoch = new ArrayList<>(batches.next().pairs());
        var cursor = batches.cursor();
        PreferenceBatch second = batches.next();
        epoch.addAll(second.pairs());
        epoch.addAll(batches.next().pairs());
        assertThat(epoch).containsExactlyInAnyOrderElementsOf(pairs);
        PreferenceBatches resumed = new PreferenceBatches(pairs, 4, 7, PreferenceBatch::of);
        resumed.restore(cursor);
        assertThat(resumed.next().pairs()).isEqualTo(second.pairs());
        PreferenceBatches other = new PreferenceBatches(pairs.subList(0, 9), 4, 7, PreferenceBatch::of);
        assertThatThrownBy(() -> other.restore(cursor)).hasMessageContaining("not what this run began with");
    }
}
