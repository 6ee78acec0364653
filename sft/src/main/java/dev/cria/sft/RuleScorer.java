package dev.cria.sft;

import dev.cria.core.config.ConfigLoader;
import dev.cria.model.ResponseScorer;
import dev.cria.tokenizer.ChatMessage;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * Scores responses by rules: the points of all patterns that are found in a response. A transparent stand-in where there is no
 * reward model.
 *
 * @param rules what is looked for
 */
public record RuleScorer(List<Rule> rules) implements ResponseScorer {
    /**
     * One rule.
     *
     * @param pattern a regular expression, searched for without regard to case
     * @param points added to the score if it is found; negative for what should not be there
     */
    public record Rule(String pattern, double points) {
        /** Checks the pattern. */
        public Rule {
            try {
                compile(pattern);
            } catch (PatternSyntaxException e) {
                throw new IllegalArgumentException(
                        "pattern '%s' is no regular expression: %s".formatted(pattern, e.getDescription()), e);
            }
        }

        boolean isFoundIn(String text) {
            return compile(pattern).matcher(text).find();
        }

        private static Pattern compile(String pattern) {
            return Pattern.compile(pattern, Pattern.CASE_INSENSITIVE | Pattern.UNICODE_CASE);
        }
    }

    /** Copies the list. */
    public RuleScorer {
        rules = List.copyOf(rules);
        if (rules.isEmpty()) {
            throw new IllegalArgumentException("rules must not be empty");
        }
    }

    /**
     * Reads rules from a YAML or JSON file: {@code rules: [{pattern: "cannot help", points: 1}]}.
     *
     * @throws IllegalArgumentException naming the file and the key that is wrong
     */
    public static RuleScorer read(Path file) {
        return ConfigLoader.of(RuleScorer.class).file(file).load();
    }

    @Override
    public double[] scores(List<List<ChatMessage>> dialogues, List<String> responses) {
        return responses.stream().mapToDouble(this::score).toArray();
    }

    private double score(String response) {
        return rules.stream()
                .filter(rule -> rule.isFoundIn(response))
                .mapToDouble(Rule::points)
                .sum();
    }
}
