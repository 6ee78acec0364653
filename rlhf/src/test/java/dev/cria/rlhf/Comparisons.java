package dev.cria.rlhf;

import dev.cria.rlhf.preference.Preference;
import dev.cria.rlhf.preference.Preference.Safety;
import dev.cria.rlhf.preference.Rating;
import dev.cria.tokenizer.ChatMessage;
import java.util.List;
import java.util.stream.IntStream;

/** Small comparisons for tests. */
public final class Comparisons {
    private static final List<Rating> RATINGS = List.of(Rating.values());

    private Comparisons() {}

    /** So many in which the kind answer is preferred to the rude one, with ratings and labels of all kinds. */
    public static List<Preference> kind(int count, String source) {
        return IntStream.range(0, count)
                .mapToObj(i -> new Preference(
                        List.of(ChatMessage.user("Question " + i + " of " + source + "?")),
                        "Gladly: " + i,
                        "Go away" + "!".repeat(i % 3),
                        RATINGS.get(i % RATINGS.size()),
                        i % 5 == 0 ? Safety.BOTH_SAFE : Safety.CHOSEN_SAFE,
                        source))
                .toList();
    }

    /** The same without labels. */
    public static Preference unlabelled(Preference p) {
        return new Preference(p.prompt(), p.chosen(), p.rejected(), p.rating(), null, p.source());
    }
}
