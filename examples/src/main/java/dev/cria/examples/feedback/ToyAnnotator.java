package dev.cria.examples.feedback;

import dev.cria.examples.world.ToyPrompt;
import dev.cria.rlhf.iterate.Annotator;
import dev.cria.rlhf.iterate.Comparison;
import dev.cria.rlhf.preference.Preference;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Simulated annotators as the iteration wants them: they know what was meant by the prompts that they are shown. */
public final class ToyAnnotator implements Annotator {
    private final Annotators people;
    private final Map<String, ToyPrompt> prompts = new HashMap<>();

    /**
     * Annotators.
     *
     * @param people who compare
     * @param prompts all that they may be shown
     */
    public ToyAnnotator(Annotators people, List<? extends ToyPrompt> prompts) {
        this.people = people;
        prompts.forEach(prompt -> this.prompts.put(prompt.text(), prompt));
    }

    /**
     * The people of a round, other ones in each.
     *
     * @param seed of the world
     * @param round the round's directory
     * @param prompts all that they may be shown
     */
    public static ToyAnnotator of(long seed, Path round, List<? extends ToyPrompt> prompts) {
        long own = 31 * seed + String.valueOf(round.getFileName()).hashCode();
        return new ToyAnnotator(Annotators.of(own), prompts);
    }

    @Override
    public List<Optional<Preference>> annotate(List<Comparison> comparisons) {
        return comparisons.stream()
                .map(comparison -> Optional.of(compare(comparison)))
                .toList();
    }

    private Preference compare(Comparison comparison) {
        ToyPrompt prompt = prompts.get(comparison.prompt().messages().get(0).content());
        if (prompt == null) {
            throw new IllegalStateException("the annotators do not know the prompt " + comparison.prompt());
        }
        Annotators.Task task = prompt.isSafety() ? Annotators.Task.SAFETY : Annotators.Task.HELPFULNESS;
        return people.compare(task, prompt, comparison.first(), comparison.second(), comparison.index())
                .preference();
    }
}
