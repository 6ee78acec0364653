package dev.cria.examples.world;

import dev.cria.examples.world.Person.Hobby;
import dev.cria.examples.world.Person.Pet;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * A small world made from a seed: people, places and animals whose attributes agree with one another, so that everything
 * a text says about them can be asked about later.
 */
public final class ToyWorld {
    /** Number of people. */
    public static final int PEOPLE = 60;

    /** Number of places. */
    public static final int PLACES = 16;

    private static final int YOUNGEST = 20;
    private static final int OLDEST = 79;

    private final long seed;
    private final Vocabulary vocabulary;
    private final List<Place> places;
    private final List<Person> people;
    private final Map<String, Person> byName;
    private final Map<String, List<Person>> byHome;

    private ToyWorld(long seed) {
        this.seed = seed;
        this.vocabulary = Vocabulary.read();
        Draws draws = Draws.of(seed, "world", 0);
        this.places = places(draws);
        this.people = people(draws);
        this.byName = people.stream().collect(Collectors.toMap(Person::name, Function.identity()));
        this.byHome =
                people.stream().collect(Collectors.groupingBy(p -> p.home().name()));
    }

    /** The world of a seed; the same seed gives an equal world on every machine. */
    public static ToyWorld of(long seed) {
        return new ToyWorld(seed);
    }

    /** The seed that this world was made from. */
    public long seed() {
        return seed;
    }

    /** All people, in a fixed order. */
    public List<Person> people() {
        return people;
    }

    /** All places, each the home of at least one person. */
    public List<Place> places() {
        return places;
    }

    /** All kinds of animals; the same in every world. */
    public List<Animal> animals() {
        return vocabulary.animals();
    }

    /**
     * The person of that name.
     *
     * @throws IllegalArgumentException if nobody has it
     */
    public Person person(String name) {
        Person person = byName.get(name);
        if (person == null) {
            throw new IllegalArgumentException("nobody in the world of seed " + seed + " is called " + name);
        }
        return person;
    }

    /** The best friend of a person; friendship is mutual. */
    public Person friendOf(Person person) {
        return person(person.friend());
    }

    /** The people who live in a place, at least one. */
    public List<Person> residents(Place place) {
        return byHome.getOrDefault(place.name(), List.of());
    }

    Vocabulary vocabulary() {
        return vocabulary;
    }

    private List<Place> places(Draws draws) {
        List<String> towns = draws.some(vocabulary.towns(), PLACES);
        List<String> rivers = draws.some(vocabulary.rivers(), PLACES);
        List<String> foods = draws.some(vocabulary.foods(), PLACES);
        return IntStream.range(0, PLACES)
                .mapToObj(i -> new Place(towns.get(i), rivers.get(i), foods.get(i), draws.pick(vocabulary.weathers())))
                .toList();
    }

    private List<Person> people(Draws draws) {
        List<String> she = draws.some(vocabulary.sheNames(), PEOPLE / 2);
        List<String> he = draws.some(vocabulary.heNames(), PEOPLE / 2);
        List<String> names = draws.shuffled(IntStream.range(0, PEOPLE)
                .mapToObj(i -> i % 2 == 0 ? she.get(i / 2) : he.get(i / 2))
                .toList());
        List<String> pets = draws.some(vocabulary.petNames(), PEOPLE);
        List<Animal> kinds = animals().stream().filter(Animal::canBePet).toList();
        List<Hobby> hobbies = hobbies(draws);
        List<Person> made = new ArrayList<>();
        for (int i = 0; i < PEOPLE; i++) {
            made.add(new Person(
                    names.get(i),
                    she.contains(names.get(i)) ? Pronouns.SHE : Pronouns.HE,
                    draws.between(YOUNGEST, OLDEST),
                    places.get(i % PLACES),
                    draws.pick(vocabulary.jobs()),
                    hobbies.get(i),
                    new Pet(pets.get(i), draws.pick(kinds)),
                    names.get(i ^ 1))); // neighbours in the shuffled list are friends
        }
        return List.copyOf(made);
    }

    /** A hobby for everyone; friends, who are neighbours in the list of people, have different ones to talk about. */
    private List<Hobby> hobbies(Draws draws) {
        List<Hobby> hobbies = new ArrayList<>();
        while (hobbies.size() < PEOPLE) {
            hobbies.addAll(draws.some(vocabulary.hobbies(), 2));
        }
        return hobbies;
    }
}
