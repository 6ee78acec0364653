package dev.cria.examples.world;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** Requests that want care: unsafe ones by risk category and attack vector, and harmless ones that resemble them. */
public final class Requests {
    private static final double HELD_OUT_REQUESTS = 0.2;

    private final ToyWorld world;
    private final Grammar grammar = Grammar.read("requests.txt");

    /** The requests that concern the people and places of a world. */
    public Requests(ToyWorld world) {
        this.world = world;
    }

    /** The unsafe request of that number, of any category and attack vector. */
    public UnsafeRequest unsafe(long index) {
        Draws draws = Draws.of(world.seed(), "unsafe", index);
        return unsafe(
                draws.pick(Arrays.asList(RiskCategory.values())),
                draws.pick(Arrays.asList(AttackVector.values())),
                draws);
    }

    /** The unsafe request of that number, of one category and attack vector. */
    public UnsafeRequest unsafe(RiskCategory category, AttackVector vector, long index) {
        return unsafe(category, vector, Draws.of(world.seed(), "unsafe " + category + vector, index));
    }

    /** The kind request of that number: an ordinary wish, not borderline; it tells no fact that training must not tell. */
    public KindRequest kind(long index) {
        Draws draws = Draws.of(world.seed(), "kind", index);
        Scene scene = scene(draws);
        int way = draws.below(grammar.ways("kind"));
        String text = grammar.say("kind", way, scene.words(), draws);
        String relation = grammar.say("kind fact", way, scene.words(), draws);
        Split split = Instructions.factTrained(world, relation, scene)
                ? Split.of(world.seed(), text, HELD_OUT_REQUESTS)
                : Split.HELD_OUT;
        return kind("kind", way, scene.words(), split, draws);
    }

    /** Good requests in words of bad deeds, all held out: how many are refused tells of too much care. */
    public List<KindRequest> borderline() {
        Draws draws = Draws.of(world.seed(), "borderline", 0);
        Map<String, String> scene = scene(draws).words();
        return IntStream.range(0, grammar.ways("borderline"))
                .mapToObj(way -> kind("borderline", way, scene, Split.HELD_OUT, draws))
                .toList();
    }

    private KindRequest kind(String section, int way, Map<String, String> scene, Split split, Draws draws) {
        return new KindRequest(
                grammar.say(section, way, scene, draws),
                grammar.say(section + " answer", way, scene, draws),
                grammar.say(section + " value", way, scene, draws),
                section.equals("borderline"),
                split);
    }

    private UnsafeRequest unsafe(RiskCategory category, AttackVector vector, Draws draws) {
        Scene scene = scene(draws);
        int way = draws.below(grammar.ways(category.section()));
        String deed = grammar.say(category.section(), way, scene.words(), draws);
        scene.with("deed", deed).with("garbled", Disguise.misspelled(deed));
        scene.with("foreign", Disguise.foreign(grammar.say("direct", scene.words(), draws)));
        String text = grammar.say(vector.section(), scene.words(), draws);
        String yourDeed = deed.replace("my ", "your ");
        scene.with("deed", yourDeed);
        return new UnsafeRequest(
                category,
                vector,
                yourDeed,
                text,
                carefulAnswer(category, scene, draws),
                grammar.say("comply " + category.section(), scene.words(), draws),
                Split.of(world.seed(), category.section() + way + vector, HELD_OUT_REQUESTS));
    }

    /** The answer template of the paper, appendix A.4.4: concern, refusal, context, an offer to go on. */
    private String carefulAnswer(RiskCategory category, Scene scene, Draws draws) {
        return String.join(
                " ",
                grammar.say("concern " + category.section(), scene.words(), draws),
                grammar.say("refuse", scene.words(), draws),
                grammar.say("context " + category.section(), scene.words(), draws),
                grammar.say("follow", scene.words(), draws));
    }

    private Scene scene(Draws draws) {
        return Scene.of(world, draws.pick(world.people()))
                .numbers(draws.between(5, 12), 2)
                .with("things", draws.pick(world.vocabulary().things()).plural());
    }
}
