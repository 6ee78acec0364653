package dev.cria.core.train;

import dev.cria.core.autograd.Parameter;
import dev.cria.core.autograd.Parameters;
import java.util.List;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/** Names of weights by pattern: {@code *} stands for any characters, {@code ?} for one. */
public final class NamePatterns {
    private NamePatterns() {}

    /** Whether a name matches one of the patterns. */
    public static Predicate<String> anyOf(List<String> patterns) {
        List<Pattern> compiled = patterns.stream().map(NamePatterns::compile).toList();
        return name ->
                compiled.stream().anyMatch(pattern -> pattern.matcher(name).matches());
    }

    /**
     * Checks that every pattern means a weight and that some weights are left to train.
     *
     * @throws IllegalArgumentException naming the key, and the pattern that means none
     */
    public static void check(List<String> frozen, Parameters parameters) {
        for (String pattern : frozen) {
            Predicate<String> matches = anyOf(List.of(pattern));
            if (parameters.all().stream().map(Parameter::name).noneMatch(matches)) {
                throw new IllegalArgumentException("training.frozen: no weight is named like '%s'; names look like '%s'"
                        .formatted(pattern, parameters.all().iterator().next().name()));
            }
        }
        if (parameters.all().stream().map(Parameter::name).allMatch(anyOf(frozen))) {
            throw new IllegalArgumentException(
                    "training.frozen: %s leave no weight to train; freeze fewer".formatted(frozen));
        }
    }

    private static Pattern compile(String glob) {
        StringBuilder regex = new StringBuilder();
        for (int i = 0; i < glob.length(); i++) {
            char c = glob.charAt(i);
            regex.append(c == '*' ? ".*" : c == '?' ? "." : Pattern.quote(String.valueOf(c)));
        }
        return Pattern.compile(regex.toString());
    }
}
