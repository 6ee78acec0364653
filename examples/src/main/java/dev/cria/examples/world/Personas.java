package dev.cria.examples.world;

import dev.cria.examples.world.Persona.Attribute;
import dev.cria.examples.world.Persona.Trait;
import java.util.Arrays;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Personas for the assistant: random combinations of hobby, language and figure. What they are told to keep are invented words, a
 * share of which is held out: too many to learn by heart, so that a model must read the instruction.
 */
public final class Personas {
    private static final double HELD_OUT_WORDS = 0.25;

    private final long seed;
    private final Grammar grammar = Grammar.read("personas.txt");
    private final Map<Attribute, Map<Split, List<String>>> values = new EnumMap<>(Attribute.class);

    /** The personas of a world. */
    public Personas(ToyWorld world) {
        this.seed = world.seed();
        Sections sections = Sections.read("personas.txt");
        List<String> words = sections.words("start").stream()
                .flatMap(start -> sections.words("end").stream().map(end -> start + end))
                .toList();
        List<String> order = Draws.of(seed, "words", 0).shuffled(words);
        int heldOut = (int) Math.ceil(order.size() * HELD_OUT_WORDS);
        for (Attribute attribute : Attribute.values()) {
            values.put(
                    attribute,
                    Map.of(
                            Split.HELD_OUT, values(attribute, order.subList(0, heldOut)),
                            Split.TRAIN, values(attribute, order.subList(heldOut, order.size()))));
        }
    }

    /** The values of an attribute in one split; no word of theirs is in both, nor in another attribute's of the other split. */
    public List<String> values(Attribute attribute, Split split) {
        return values.getOrDefault(attribute, Map.of()).getOrDefault(split, List.of());
    }

    /** The values of all attributes in one split. */
    public List<String> values(Split split) {
        return Stream.of(Attribute.values())
                .flatMap(attribute -> values(attribute, split).stream())
                .toList();
    }

    /** The persona of that number: one to three attributes with values of the split. */
    public Persona persona(Split split, long index) {
        Draws draws = Draws.of(seed, "persona " + split, index);
        List<Attribute> all = Arrays.asList(Attribute.values());
        return persona(split, draws.some(all, draws.between(1, all.size())), draws);
    }

    /** The persona of that number with one attribute alone. */
    public Persona persona(Split split, Attribute attribute, long index) {
        return persona(split, List.of(attribute), Draws.of(seed, "persona " + split + attribute, index));
    }

    /** What the assistant of that persona says instead of a plain answer. */
    public String inCharacter(Persona persona, String answer) {
        String said = answer;
        for (Trait trait : persona.traits()) {
            Scene scene = new Scene().with("value", trait.value()).with("answer", said);
            said = grammar.say(trait.attribute().section() + " mark", scene.words(), Draws.of(seed, "mark", 0));
        }
        return said;
    }

    private Persona persona(Split split, List<Attribute> attributes, Draws draws) {
        List<Trait> traits = attributes.stream()
                .sorted(Comparator.naturalOrder()) // the figure's mark goes around the others
                .map(attribute -> trait(attribute, draws.pick(values(attribute, split)), draws))
                .toList();
        return new Persona(traits, split);
    }

    private Trait trait(Attribute attribute, String value, Draws draws) {
        Map<String, String> scene = new Scene().with("value", value).words();
        String full = grammar.say(attribute.section() + " full", scene, draws);
        return new Trait(attribute, value, full, grammar.say(attribute.section() + " terse", scene, draws));
    }

    /** Every way to make a value of a word, with every word. */
    private List<String> values(Attribute attribute, List<String> words) {
        String symbol = attribute.section() + " value";
        return IntStream.range(0, grammar.ways(symbol))
                .boxed()
                .flatMap(way -> words.stream()
                        .map(word -> grammar.say(symbol, way, Map.of("word", word), Draws.of(seed, symbol, way))))
                .toList();
    }
}
