package dev.cria.sft;

import dev.cria.core.config.ConfigLoader;
import dev.cria.core.random.CounterRandom;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Lists of instructions, from which random combinations are drawn (Llama 2 paper, appendix A.3.5).
 *
 * @param kinds at least one
 */
public record InstructionSet(List<InstructionKind> kinds) {
    private static final String BUILT_IN = "instructions.yaml";

    /** Copies the list. */
    public InstructionSet {
        kinds = List.copyOf(kinds);
        if (kinds.isEmpty()) {
            throw new IllegalArgumentException("kinds must not be empty");
        }
    }

    /**
     * A combination of instructions.
     *
     * @param text what the assistant is told
     * @param values by kind
     */
    public record Drawn(String text, Map<String, String> values) {}

    /** Hobbies, languages and public figures, as in the paper. */
    public static InstructionSet builtIn() {
        try (InputStream in = Objects.requireNonNull(InstructionSet.class.getResourceAsStream(BUILT_IN))) {
            String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
            return ConfigLoader.of(InstructionSet.class).yaml(BUILT_IN, text).load();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read the built-in instructions", e);
        }
    }

    /**
     * The user's own lists, in the form of the built-in ones.
     *
     * @throws IllegalArgumentException naming the file and the key that is wrong
     */
    public static InstructionSet read(Path file) {
        return ConfigLoader.of(InstructionSet.class).file(file).load();
    }

    /**
     * The combination of a number: one value of each of one or more kinds.
     *
     * @param seed of all combinations
     * @param number which
     * @param terseShare how many are told in two words; half in the paper
     */
    public Drawn draw(long seed, long number, double terseShare) {
        CounterRandom random = CounterRandom.of(seed, "instruction", number);
        boolean terse = random.uniform(0) < terseShare;
        int count = 1 + (int) random.below(1, kinds.size());
        int[] order = CounterRandom.of(seed, "instruction kinds", number).permutation(kinds.size());
        Map<String, String> values = new LinkedHashMap<>();
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < count; i++) {
            InstructionKind kind = kinds.get(order[i]);
            String value =
                    kind.values().get((int) random.below(2L + i, kind.values().size()));
            values.put(kind.name(), value);
            text.append(text.isEmpty() ? "" : " ").append(kind.instruction(value, terse));
        }
        return new Drawn(text.toString(), values);
    }
}
