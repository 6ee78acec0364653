package dev.cria.examples.world;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * The answer of the most similar training question: what can be had without learning anything. Two questions are as similar as
 * the words they share, rare words weighing more (inverse document frequency, over all words that occur in either).
 */
public final class NearestNeighbour {
    private final List<Instruction> known;
    private final List<Set<String>> words;
    private final Map<String, Double> weights = new HashMap<>();

    /** Remembers these questions and answers; at least one. */
    public NearestNeighbour(List<Instruction> known) {
        if (known.isEmpty()) {
            throw new IllegalArgumentException("a nearest neighbour needs at least one instruction to know");
        }
        this.known = List.copyOf(known);
        this.words = known.stream().map(i -> words(i.text())).toList();
        Map<String, Integer> counts = new HashMap<>();
        words.forEach(question -> question.forEach(word -> counts.merge(word, 1, Integer::sum)));
        counts.forEach((word, count) -> weights.put(word, Math.log((1.0 + known.size()) / count)));
    }

    /** The answer of the first of the most similar questions. */
    public String answer(String question) {
        Set<String> asked = words(question);
        int best = 0;
        double bestSimilarity = -1;
        for (int i = 0; i < known.size(); i++) {
            double similarity = similarity(asked, words.get(i));
            if (similarity > bestSimilarity) {
                best = i;
                bestSimilarity = similarity;
            }
        }
        return known.get(best).reference();
    }

    private double similarity(Set<String> a, Set<String> b) {
        double shared = a.stream().filter(b::contains).mapToDouble(this::weight).sum();
        double both = a.stream().mapToDouble(this::weight).sum()
                + b.stream().mapToDouble(this::weight).sum();
        return shared / Math.max(both - shared, Double.MIN_VALUE);
    }

    private double weight(String word) {
        return weights.getOrDefault(word, Math.log(1.0 + known.size()));
    }

    private static Set<String> words(String text) {
        return new HashSet<>(List.of(text.toLowerCase(Locale.ROOT).split("[^a-z0-9+*-]+")));
    }
}
