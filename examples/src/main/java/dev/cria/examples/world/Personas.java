package dev.cria.examples.world;

import dev.cria.examples.world.Persona.Attribute;
import dev.cria.examples.world.Persona.Trait;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;

/** Personas for the assistant: random combinations of hobby, language and figure, some of whose values are held out. */
public final class Personas {
    private static final double HELD_OUT_VALUES = 0.25;

    private final long seed;
    private final Grammar grammar = Grammar.read("personas.txt");
    private final Map<Attribute, Map<Split, List<String>>> values = new EnumMap<>(Attribute.class);

    /** The personas that the words of a world allow. */
    public Personas(ToyWorld world) {
        this.seed = world.seed();
        Vocabulary vocabulary = world.vocabulary();
        List<String> animals = world.animals().stream().map(Animal::name).toList();
        split(Attribute.HOBBY, hobbies(vocabulary), List.of(""));
        split(Attribute.LANGUAGE, sounds(world), List.of(""));
        split(Attribute.FIGURE, animals, Sections.read("personas.txt").lines("title"));
    }

    /** The values of an attribute in one split; no value, and no figure's animal, is in both. */
    public List<String> values(Attribute attribute, Split split) {
        return values.getOrDefault(attribute, Map.of()).getOrDefault(split, List.of());
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

    /** Holds some of the words out, then puts every prefix before every word. */
    private void split(Attribute attribute, List<String> words, List<String> prefixes) {
        List<String> order = Draws.of(seed, "values " + attribute, 0).shuffled(words);
        int heldOut = (int) Math.ceil(order.size() * HELD_OUT_VALUES);
        Map<Split, List<String>> parts = new EnumMap<>(Split.class);
        parts.put(Split.HELD_OUT, prefixed(prefixes, order.subList(0, heldOut)));
        parts.put(Split.TRAIN, prefixed(prefixes, order.subList(heldOut, order.size())));
        values.put(attribute, parts);
    }

    private static List<String> prefixed(List<String> prefixes, List<String> words) {
        List<String> all = new ArrayList<>();
        for (String prefix : prefixes) {
            for (String word : words) {
                all.add(
                        prefix.isEmpty()
                                ? word
                                : prefix + " " + word.substring(0, 1).toUpperCase(Locale.ROOT) + word.substring(1));
            }
        }
        return List.copyOf(all);
    }

    private static List<String> hobbies(Vocabulary vocabulary) {
        return Stream.concat(
                        vocabulary.hobbies().stream().map(Person.Hobby::name),
                        vocabulary.things().stream().map(thing -> "finding " + thing.plural()))
                .toList();
    }

    private static List<String> sounds(ToyWorld world) {
        return world.animals().stream()
                .flatMap(animal -> Stream.of(animal.sound(), animal.feed()))
                .distinct()
                .toList();
    }
}
