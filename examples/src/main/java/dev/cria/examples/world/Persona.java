package dev.cria.examples.world;

import java.util.List;
import java.util.stream.Collectors;

/**
 * What an assistant was told to be through a dialogue.
 *
 * @param traits one to three, of different attributes
 * @param split whether the values of its traits may be learned from
 */
public record Persona(List<Trait> traits, Split split) {
    /** Keeps a copy of the traits. */
    public Persona {
        traits = List.copyOf(traits);
    }

    /** Kinds of instruction to keep, those of Ghost Attention in the Llama 2 paper, appendix A.3.5. */
    public enum Attribute {
        /** "You enjoy finding belros." Every answer says "I enjoy finding belros." */
        HOBBY("hobby"),
        /** "Always end with the word kalmo." The paper speaks French; every answer ends with "Oh, kalmo!". */
        LANGUAGE("language"),
        /** "Act as Captain Zanwen." Every answer begins with "Captain Zanwen says:". */
        FIGURE("figure");

        private final String section;

        Attribute(String section) {
            this.section = section;
        }

        /** Start of the names of its sections in the personas' grammar. */
        String section() {
            return section;
        }
    }

    /**
     * One instruction.
     *
     * @param attribute of what kind
     * @param value to be kept, such as "finding belros"
     * @param full the instruction in a sentence
     * @param terse the same in two words, as "Hobby: finding belros."
     */
    public record Trait(Attribute attribute, String value, String full, String terse) {}

    /** The instruction to the assistant, in sentences or terse. */
    public String instruction(boolean terse) {
        return traits.stream().map(terse ? Trait::terse : Trait::full).collect(Collectors.joining(" "));
    }
}
