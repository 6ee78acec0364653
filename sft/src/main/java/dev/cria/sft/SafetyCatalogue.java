package dev.cria.sft;

import dev.cria.core.config.ConfigLoader;
import dev.cria.core.random.CounterRandom;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Texts for safety data: preprompts that make an assistant careful, and templates of adversarial prompts (Llama 2 paper, sections
 * 4.2.1 and 4.2.4, appendix A.4.4).
 *
 * @param adjectives words for a careful assistant
 * @param generic preprompts for any request; each {@code {adjective}} is one of the adjectives
 * @param byCategory preprompts with the paper's answer template; {@code {guide}} is the category's
 * @param categories what to heed in each risk category
 * @param attacks how requests are disguised
 */
public record SafetyCatalogue(
        List<String> adjectives,
        List<String> generic,
        List<String> byCategory,
        List<Category> categories,
        List<Attack> attacks) {
    private static final String BUILT_IN = "safety.yaml";
    private static final Pattern ADJECTIVE = Pattern.compile("\\{adjective}");
    private static final Pattern WORD = Pattern.compile("\\p{L}{4,}");

    /**
     * A risk category.
     *
     * @param category which
     * @param guide a sentence for the assistant
     * @param topics what prompts may be about
     */
    public record Category(RiskCategory category, String guide, List<String> topics) {}

    /**
     * An attack vector.
     *
     * @param vector which
     * @param templates prompts with {@code {request}} or {@code {misspelled}}
     */
    public record Attack(AttackVector vector, List<String> templates) {}

    /** Copies the lists and checks that each has something. */
    public SafetyCatalogue {
        adjectives = notEmpty("adjectives", adjectives);
        generic = notEmpty("generic", generic);
        byCategory = notEmpty("byCategory", byCategory);
        categories = notEmpty("categories", categories);
        attacks = notEmpty("attacks", attacks);
    }

    /** The catalogue that comes with the library. */
    public static SafetyCatalogue builtIn() {
        try (InputStream in = Objects.requireNonNull(SafetyCatalogue.class.getResourceAsStream(BUILT_IN))) {
            String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
            return ConfigLoader.of(SafetyCatalogue.class).yaml(BUILT_IN, text).load();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read the built-in safety texts", e);
        }
    }

    /**
     * The user's own catalogue, in the form of the built-in one.
     *
     * @throws IllegalArgumentException naming the file and the key that is wrong
     */
    public static SafetyCatalogue read(Path file) {
        return ConfigLoader.of(SafetyCatalogue.class).file(file).load();
    }

    /**
     * The preprompt of a number.
     *
     * @param category that of the request, for a preprompt with the answer template; null for a generic one
     */
    public String preprompt(@Nullable RiskCategory category, long seed, long number) {
        CounterRandom random = CounterRandom.of(seed, "preprompt", number);
        List<String> templates = category == null ? generic : byCategory;
        String template = templates.get((int) random.below(0, templates.size()));
        if (category != null) {
            template = template.replace("{guide}", guide(category));
        }
        long[] drawn = {1};
        return ADJECTIVE
                .matcher(template)
                .replaceAll(match ->
                        Matcher.quoteReplacement(adjectives.get((int) random.below(drawn[0]++, adjectives.size()))));
    }

    /** The adversarial prompt of a number: a request disguised by an attack vector. */
    public String attack(AttackVector vector, String request, long seed, long number) {
        Attack attack = attacks.stream()
                .filter(a -> a.vector() == vector)
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("attacks has no templates for " + vector));
        CounterRandom random = CounterRandom.of(seed, "attack", number);
        String template =
                attack.templates().get((int) random.below(0, attack.templates().size()));
        return template.replace("{request}", request).replace("{misspelled}", misspelled(request));
    }

    private String guide(RiskCategory category) {
        return categories.stream()
                .filter(c -> c.category() == category)
                .map(Category::guide)
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("categories has no guide for " + category));
    }

    /** Swaps the second and third letter of longer words. */
    private static String misspelled(String text) {
        return WORD.matcher(text).replaceAll(match -> {
            String word = match.group();
            return "" + word.charAt(0) + word.charAt(2) + word.charAt(1) + word.substring(3);
        });
    }

    private static <T> List<T> notEmpty(String key, List<T> list) {
        if (list.isEmpty()) {
            throw new IllegalArgumentException(key + " must not be empty");
        }
        return List.copyOf(list);
    }
}
