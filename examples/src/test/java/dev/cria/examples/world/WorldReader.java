package dev.cria.examples.world;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Reads texts about a world with patterns of its own, knowing nothing of the templates, and finds what is not true. */
final class WorldReader {
    private static final Pattern WORD = Pattern.compile("[A-Za-z]+");
    private static final Pattern LIVES = Pattern.compile("\\b([A-Z][a-z]+) (?:lives|lived) in ([A-Z][a-z]+)");
    private static final Pattern AGE =
            Pattern.compile("\\b([A-Z][a-z]+)(?: is|'s age is| turned|, who turned) (\\d\\d)\\b");
    private static final Pattern JOB = Pattern.compile("\\b([A-Z][a-z]+)(?: works as| is) an? ([a-z]+)\\b");
    private static final Pattern HOBBY = Pattern.compile("\\b([A-Z][a-z]+) loves ([a-z]+ing)\\b");
    private static final Pattern KIND = Pattern.compile("\\b([A-Z][a-z]+)(?: the|, the|, an?| is an?) ([a-z]+)\\b");
    private static final Pattern RIVER = Pattern.compile("([A-Z][a-z]+), by the river ([A-Z][a-z]+)");
    private static final Pattern EATS = Pattern.compile("\\b([A-Z][a-z]+) eat ([a-z]+)");
    private static final Pattern SUM =
            Pattern.compile("\\b([\\w-]+) (plus|\\+|minus|-|times|\\*) ([\\w-]+) (?:is|=) ([\\w-]+)\\b");
    private static final Map<String, Integer> NUMBERS = numbers();

    private final Map<String, Person> people;
    private final Map<String, Place> places;
    private final Map<String, Person> owners;
    private final Map<String, Place> rivers;
    private final Map<String, Animal> herds;
    private final Set<String> jobs;
    private final Set<String> kinds;
    private int factsRead;

    WorldReader(ToyWorld world) {
        people = index(world.people(), Person::name);
        places = index(world.places(), Place::name);
        owners = index(world.people(), person -> person.pet().name());
        rivers = index(world.places(), Place::river);
        herds = index(world.animals(), animal -> capital(animal.plural()));
        jobs = world.vocabulary().jobs().stream().map(Person.Job::name).collect(Collectors.toSet());
        kinds = world.animals().stream().map(Animal::name).collect(Collectors.toSet());
    }

    /** Number of facts that were read so far, true or not. */
    int factsRead() {
        return factsRead;
    }

    /** The first thing in a text that is not so in the world; empty if all that could be read is true. */
    Optional<String> untruth(String text) {
        return Stream.of(
                        wrong(text, LIVES, people, (p, town) -> p.home().name().equals(town)),
                        wrong(
                                text,
                                AGE,
                                people,
                                (p, age) -> Integer.toString(p.age()).equals(age)),
                        wrong(
                                text,
                                JOB,
                                people,
                                (p, job) ->
                                        !jobs.contains(job) || p.job().name().equals(job)),
                        wrong(
                                text,
                                HOBBY,
                                people,
                                (p, hobby) -> p.hobby().name().equals(hobby)),
                        wrong(
                                text,
                                KIND,
                                people,
                                (p, job) ->
                                        !jobs.contains(job) || p.job().name().equals(job)),
                        wrong(
                                text,
                                KIND,
                                owners,
                                (p, kind) -> !kinds.contains(kind)
                                        || p.pet().kind().name().equals(kind)),
                        wrong(
                                text,
                                RIVER,
                                places,
                                (place, river) -> place.river().equals(river)),
                        wrong(text, EATS, herds, (animal, feed) -> animal.feed().equals(feed)),
                        wrongSums(text),
                        strangeNames(text))
                .flatMap(Function.identity())
                .findFirst();
    }

    private interface Check<T> {
        boolean holds(T subject, String value);
    }

    private <T> Stream<String> wrong(String text, Pattern pattern, Map<String, T> subjects, Check<T> check) {
        return pattern.matcher(text)
                .results()
                .filter(fact -> subjects.containsKey(fact.group(1)))
                .peek(fact -> factsRead++)
                .filter(fact -> !check.holds(subjects.get(fact.group(1)), fact.group(2)))
                .map(MatchResult::group);
    }

    private Stream<String> wrongSums(String text) {
        return SUM.matcher(text)
                .results()
                .peek(fact -> factsRead++)
                .filter(fact -> {
                    int a = number(fact.group(1));
                    int b = number(fact.group(3));
                    int result = switch (fact.group(2)) {
                        case "plus", "+" -> a + b;
                        case "minus", "-" -> a - b;
                        default -> a * b;
                    };
                    return result != number(fact.group(4));
                })
                .map(MatchResult::group);
    }

    /** A pet, a town or a river in a text belongs to somebody or something else in it. */
    private Stream<String> strangeNames(String text) {
        List<String> words =
                WORD.matcher(text).results().map(MatchResult::group).toList();
        Set<String> known = new HashSet<>();
        for (String word : words) {
            Optional.ofNullable(people.get(word))
                    .ifPresent(person -> known.addAll(List.of(
                            person.pet().name(),
                            person.home().name(),
                            person.home().river())));
            Optional.ofNullable(places.get(word)).ifPresent(place -> known.add(place.river()));
        }
        boolean aboutPeople = words.stream().anyMatch(people::containsKey);
        return words.stream()
                .filter(word -> owners.containsKey(word)
                        || rivers.containsKey(word)
                        || (aboutPeople && places.containsKey(word)))
                .peek(word -> factsRead++)
                .filter(word -> !known.contains(word));
    }

    private static int number(String word) {
        Integer value = NUMBERS.get(word.toLowerCase(Locale.ROOT));
        return value != null ? value : Integer.parseInt(word);
    }

    private static Map<String, Integer> numbers() {
        Map<String, Integer> numbers = new HashMap<>();
        for (int i = 0; i < 100; i++) {
            numbers.put(Scene.inWords(i), i);
        }
        return numbers;
    }

    private static <T> Map<String, T> index(List<T> things, Function<T, String> name) {
        return things.stream().collect(Collectors.toMap(name, Function.identity()));
    }

    private static String capital(String word) {
        return word.substring(0, 1).toUpperCase(Locale.ROOT) + word.substring(1);
    }
}
