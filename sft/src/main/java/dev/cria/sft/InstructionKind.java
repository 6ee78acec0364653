package dev.cria.sft;

import java.util.List;

/**
 * Instructions of one kind, such as hobbies.
 *
 * @param name of the kind
 * @param full the instruction in a sentence; {@code {value}} stands for a value
 * @param terse the same in two words
 * @param values what may be asked for
 */
public record InstructionKind(String name, String full, String terse, List<String> values) {
    private static final String SLOT = "{value}";

    /** Checks that the texts have a place for the value. */
    public InstructionKind {
        values = List.copyOf(values);
        requireSlot("full", full);
        requireSlot("terse", terse);
        if (values.isEmpty()) {
            throw new IllegalArgumentException("values must not be empty, in the kind " + name);
        }
    }

    /** The instruction for a value. */
    public String instruction(String value, boolean brief) {
        return (brief ? terse : full).replace(SLOT, value);
    }

    private static void requireSlot(String key, String text) {
        if (!text.contains(SLOT)) {
            throw new IllegalArgumentException("%s must contain %s, got '%s'".formatted(key, SLOT, text));
        }
    }
}
