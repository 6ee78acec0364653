package dev.cria.examples.world;

import dev.cria.examples.world.Vocabulary.Thing;
import java.util.ArrayList;
import java.util.List;

/** Tells one document at a time about a world: stories, portraits, talks, descriptions and sums. */
final class Narrator {
    private static final List<String> ATTRIBUTES = List.of(
            "person home", "person hobby", "person kind", "person pet", "person friend", "person age", "person job");
    private static final List<String> PLACE_FACTS = List.of("place river", "place food", "place weather");
    private static final List<String> ANIMAL_FACTS = List.of("animal sound", "animal feed", "animal shelter");
    private static final List<String> TOPICS = List.of("home", "job", "hobby", "pet", "age", "friend", "food");

    private final ToyWorld world;
    private final Grammar facts = Grammar.read("facts.txt");
    private final Grammar stories = Grammar.read("stories.txt");
    private final Grammar talks = Grammar.read("talks.txt");
    private final Grammar sums = Grammar.read("sums.txt");

    Narrator(ToyWorld world) {
        this.world = world;
    }

    /** A document of any kind, one line without a line break. */
    String document(Draws draws) {
        int percent = draws.below(100);
        if (percent < 42) {
            return story(draws);
        }
        if (percent < 66) {
            return portrait(draws);
        }
        if (percent < 78) {
            return talk(draws);
        }
        if (percent < 83) {
            return comparison(draws);
        }
        if (percent < 88) {
            return placeDescription(draws);
        }
        return percent < 92 ? animalDescription(draws) : sumsDocument(draws);
    }

    /** A story of five to twelve sentences about a person, the best friend and the pet. */
    String story(Draws draws) {
        int m = draws.between(5, 12);
        Thing thing = draws.pick(world.vocabulary().things());
        Animal stranger = draws.pick(world.animals());
        Scene scene = Scene.of(world, draws.pick(world.people()))
                .numbers(m, draws.between(2, m - 2))
                .with("things", thing.plural())
                .with("fruits", draws.pick(List.of("apples", "pears", "plums", "eggs")))
                .animal("animal", "animal.", stranger);
        return stories.say("story", scene.words(), draws);
    }

    /** What one person is and does, in random order. */
    String portrait(Draws draws) {
        Person person = draws.pick(world.people());
        Scene scene = Scene.of(world, person).call(person, true);
        List<String> sentences = new ArrayList<>();
        boolean named = draws.chance(0.5);
        if (named) {
            sentences.add(facts.say("person intro", scene.words(), draws));
        }
        for (String attribute : draws.some(ATTRIBUTES, draws.between(3, ATTRIBUTES.size()))) {
            scene.call(person, !named || draws.chance(0.35));
            sentences.add(facts.say(attribute, scene.words(), draws));
            named = true;
        }
        if (draws.chance(0.3)) {
            sentences.add(facts.say("person outro", scene.words(), draws));
        }
        return String.join(" ", sentences);
    }

    /** Two people ask each other about their lives. */
    String talk(Draws draws) {
        Scene scene = twoStrangers(draws);
        List<String> parts = new ArrayList<>(List.of("hello"));
        parts.addAll(draws.some(TOPICS, draws.between(2, 5)));
        parts.add("goodbye");
        return String.join(
                " ",
                parts.stream()
                        .map(part -> talks.say(part, scene.words(), draws))
                        .toList());
    }

    /** Facts about two people side by side. */
    String comparison(Draws draws) {
        Scene scene = twoStrangers(draws);
        List<Integer> ways = new ArrayList<>();
        for (int way = 0; way < facts.ways("two people"); way++) {
            ways.add(way);
        }
        return String.join(
                " ",
                draws.some(ways, draws.between(2, 4)).stream()
                        .map(way -> facts.say("two people", way, scene.words(), draws))
                        .toList());
    }

    /** A town, its river, food and weather, and some who live there. */
    String placeDescription(Draws draws) {
        Place place = draws.pick(world.places());
        List<String> sentences = new ArrayList<>();
        for (String fact : draws.shuffled(PLACE_FACTS)) {
            sentences.add(facts.say(fact, new Scene().place("", place).words(), draws));
        }
        List<Person> residents = world.residents(place);
        for (Person resident : draws.some(residents, draws.between(1, Math.min(3, residents.size())))) {
            sentences.add(facts.say("place resident", Scene.of(world, resident).words(), draws));
        }
        return String.join(" ", sentences);
    }

    /** An animal, what it says, eats and lives in, and who has one. */
    String animalDescription(Draws draws) {
        Animal animal = draws.pick(world.animals());
        List<String> sentences = new ArrayList<>();
        for (String fact : draws.shuffled(ANIMAL_FACTS)) {
            sentences.add(facts.say(fact, new Scene().animal("kind", "", animal).words(), draws));
        }
        List<Person> owners = world.people().stream()
                .filter(person -> person.pet().kind().equals(animal))
                .toList();
        for (Person owner : draws.some(owners, draws.below(Math.min(3, owners.size()) + 1))) {
            sentences.add(facts.say("animal owner", Scene.of(world, owner).words(), draws));
        }
        return String.join(" ", sentences);
    }

    /** Several sums, in words, in figures and in small stories. */
    String sumsDocument(Draws draws) {
        List<String> sentences = new ArrayList<>();
        int count = draws.between(3, 6);
        for (int i = 0; i < count; i++) {
            Scene scene = Scene.of(world, draws.pick(world.people()))
                    .with("things", draws.pick(world.vocabulary().things()).plural());
            String kind = draws.pick(List.of("plus", "minus", "times", "order", "counting"));
            sentences.add(sums.say(kind, numbersFor(kind, scene, draws).words(), draws));
        }
        return String.join(" ", sentences);
    }

    private static Scene numbersFor(String kind, Scene scene, Draws draws) {
        return switch (kind) {
            case "plus" -> scene.numbers(draws.between(1, 12), draws.between(1, 12));
            case "times" -> scene.numbers(draws.between(2, 10), draws.between(2, 10));
            case "counting" -> { // both numbers and what is left want a plural
                int had = draws.between(4, 12);
                yield scene.numbers(had, draws.between(2, had - 2));
            }
            default -> {
                int more = draws.between(2, 12);
                yield scene.numbers(more, draws.between(1, more - 1));
            }
        };
    }

    /** Two people who differ in all that they could tell each other, and are not best friends. */
    private Scene twoStrangers(Draws draws) {
        Person hero = draws.pick(world.people());
        List<Person> strangers =
                world.people().stream().filter(other -> differ(hero, other)).toList();
        return Scene.of(world, hero).person("other", "other.", draws.pick(strangers));
    }

    private static boolean differ(Person a, Person b) {
        return !a.home().equals(b.home())
                && !a.job().equals(b.job())
                && !a.hobby().equals(b.hobby())
                && !a.pet().kind().equals(b.pet().kind())
                && a.age() != b.age()
                && !a.friend().equals(b.name());
    }
}
