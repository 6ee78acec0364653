package dev.cria.examples.world;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Stream;

/**
 * All questions about a world: every wording of every relation for every subject, split so that no held-out combination of
 * subject and wording occurs in training.
 */
public final class Instructions {
    /** Share of the facts that no training question asks for. */
    static final double UNTRAINED_FACTS = 0.1;

    /** Share of the wordings that are held out of the other facts. */
    static final double HELD_OUT_WORDINGS = 0.15;

    private static final int LISTS = 200;

    private final ToyWorld world;
    private final Grammar questions = Grammar.read("questions.txt");
    private final Grammar answers = Grammar.read("answers.txt");
    private final List<Instruction> all = new ArrayList<>();

    /** What a question is about, and the words to ask it with. */
    private record Subject(String name, Scene scene) {}

    /** Makes all questions about the world, some six thousand, in a fixed order. */
    public Instructions(ToyWorld world) {
        this.world = world;
        for (String relation : questions.symbols()) {
            for (Subject subject : subjects(relation.substring(0, relation.indexOf(' ')))) {
                ask(relation, subject);
            }
        }
    }

    /** All instructions, relation by relation and subject by subject. */
    public List<Instruction> all() {
        return List.copyOf(all);
    }

    /** The instructions of one split. */
    public List<Instruction> of(Split split) {
        return all.stream().filter(i -> i.split() == split).toList();
    }

    /** Whether training may tell what the relation says in the scene. */
    static boolean factTrained(ToyWorld world, String relation, Scene scene) {
        return Split.of(world.seed(), fact(relation, scene), UNTRAINED_FACTS) == Split.TRAIN;
    }

    /** The name of a fact; relations that give one another away, such as a pet and its owner, share it. */
    private static String fact(String relation, Scene scene) {
        return switch (relation) {
            case "person kind", "person pet", "pet owner" -> "pet of " + scene.word("name");
            case "person friend" -> "friends" + sorted(scene.word("name"), scene.word("friend"));
            case "place river", "river town" -> "river of " + scene.word("town");
            case "plus sum", "times product" -> relation + sorted(scene.word("m"), scene.word("n"));
            case "minus difference" -> relation + List.of(scene.word("m"), scene.word("n"));
            case "list first", "list last" -> relation + List.of(scene.word("a"), scene.word("b"), scene.word("c"));
            case "place food", "place weather" -> relation + scene.word("town");
            default -> relation + scene.word(relation.startsWith("animal") ? "kind" : "name");
        };
    }

    private static List<String> sorted(String a, String b) {
        return Stream.of(a, b).sorted().toList();
    }

    private void ask(String relation, Subject subject) {
        boolean factTrained = factTrained(world, relation, subject.scene());
        for (int wording = 0; wording < questions.ways(relation); wording++) {
            String combination = relation + subject.name() + wording;
            all.add(new Instruction(
                    relation,
                    subject.name(),
                    wording,
                    say(questions, relation, wording, subject),
                    say(answers, relation, 0, subject),
                    say(answers, relation, 1, subject),
                    factTrained ? Split.of(world.seed(), combination, HELD_OUT_WORDINGS) : Split.HELD_OUT,
                    factTrained));
        }
    }

    private String say(Grammar grammar, String relation, int way, Subject subject) {
        return grammar.say(relation, way, subject.scene().words(), Draws.of(world.seed(), "instruction", 0));
    }

    private List<Subject> subjects(String kind) {
        return switch (kind) {
            case "person" ->
                world.people().stream()
                        .map(person -> new Subject(person.name(), Scene.of(world, person)))
                        .toList();
            case "pet" ->
                world.people().stream()
                        .map(owner -> new Subject(owner.pet().name(), Scene.of(world, owner)))
                        .toList();
            case "place" ->
                world.places().stream()
                        .map(place -> new Subject(place.name(), new Scene().place("", place)))
                        .toList();
            case "river" ->
                world.places().stream()
                        .map(place -> new Subject(place.river(), new Scene().place("", place)))
                        .toList();
            case "animal" ->
                world.animals().stream()
                        .map(animal -> new Subject(animal.name(), new Scene().animal("kind", "", animal)))
                        .toList();
            case "plus" -> pairs("+", 1, 10, 10);
            case "minus" -> pairs("-", 1, 10, 0);
            case "times" -> pairs("*", 2, 9, 9);
            case "list" -> lists();
            default ->
                throw new IllegalArgumentException("questions.txt asks about an unknown kind of subject: " + kind);
        };
    }

    /** Numbers m and n from first to last; n goes up to {@code mostN}, or stays below m if that is 0. */
    private static List<Subject> pairs(String sign, int first, int last, int mostN) {
        List<Subject> pairs = new ArrayList<>();
        for (int m = first; m <= last; m++) {
            for (int n = first; n <= (mostN == 0 ? m - 1 : mostN); n++) {
                pairs.add(new Subject(String.format(Locale.ROOT, "%d %s %d", m, sign, n), new Scene().numbers(m, n)));
            }
        }
        return pairs;
    }

    /** Lists of three different words. */
    private List<Subject> lists() {
        Draws draws = Draws.of(world.seed(), "lists", 0);
        List<String> words =
                world.vocabulary().things().stream().map(Vocabulary.Thing::name).toList();
        Set<List<String>> lists = new LinkedHashSet<>();
        while (lists.size() < LISTS) {
            lists.add(List.copyOf(draws.some(words, 3)));
        }
        return lists.stream()
                .map(list -> new Subject(
                        String.join(" ", list),
                        new Scene()
                                .with("a", list.get(0))
                                .with("b", list.get(1))
                                .with("c", list.get(2))))
                .toList();
    }
}
