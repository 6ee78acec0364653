package dev.cria.examples.world;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class InstructionsTest {
    private final ToyWorld world = ToyWorld.of(1);
    private final Instructions instructions = new Instructions(world);
    private final List<Instruction> training = instructions.of(Split.TRAIN);
    private final List<Instruction> heldOut = instructions.of(Split.HELD_OUT);

    @Test
    void sameWorldGivesTheSameInstructions() {
        assertThat(new Instructions(ToyWorld.of(1)).all()).isEqualTo(instructions.all());
        assertThat(new Instructions(ToyWorld.of(2)).all()).isNotEqualTo(instructions.all());
    }

    @Test
    void heldOutCombinationsOfSubjectAndWordingNeverOccurInTraining() {
        assertThat(keys(heldOut, i -> i.relation() + "/" + i.subject() + "/" + i.wording()))
                .doesNotContainAnyElementsOf(keys(training, i -> i.relation() + "/" + i.subject() + "/" + i.wording()));
        assertThat(keys(heldOut, Instruction::text)).doesNotContainAnyElementsOf(keys(training, Instruction::text));
        assertThat(heldOut.size()).isBetween(training.size() / 5, training.size() / 2);
    }

    @Test
    void theFactsOfUntrainedFactsAreAskedForInNoWordingOfTraining() {
        Function<Instruction, String> fact = i -> i.relation() + "/" + i.subject();
        List<Instruction> untrained =
                heldOut.stream().filter(i -> !i.factTrained()).toList();
        assertThat(untrained).hasSizeGreaterThan(300);
        assertThat(keys(untrained, fact)).doesNotContainAnyElementsOf(keys(training, fact));
    }

    @Test
    void noOtherQuestionOfTrainingGivesAnUntrainedFactAway() {
        Set<String> told = keys(training, Instruction::reference);
        List<Instruction> untrained = heldOut.stream()
                .filter(i -> !i.factTrained() && !i.relation().startsWith("list"))
                .toList();
        assertThat(keys(untrained, Instruction::reference)).doesNotContainAnyElementsOf(told);
        Set<String> trainedFriends = keys(
                training.stream()
                        .filter(i -> i.relation().equals("person friend"))
                        .toList(),
                Instruction::subject);
        Set<String> trainedOwners = keys(
                training.stream().filter(i -> i.relation().equals("pet owner")).toList(), Instruction::value);
        assertThat(untrained)
                .noneMatch(i -> i.relation().equals("person friend") && trainedFriends.contains(i.value()))
                .noneMatch(i -> i.relation().matches("person (pet|kind)") && trainedOwners.contains(i.subject()));
    }

    @Test
    void everySubjectAndEveryWordingOccursInTraining() {
        assertThat(keys(training, i -> i.relation() + "/" + i.wording()))
                .isEqualTo(keys(instructions.all(), i -> i.relation() + "/" + i.wording()));
        assertThat(keys(training, Instruction::subject))
                .containsAll(world.people().stream().map(Person::name).toList())
                .containsAll(world.places().stream().map(Place::name).toList());
    }

    @Test
    void noQuestionIsAskedTwice() {
        assertThat(instructions.all().stream().map(Instruction::text)).doesNotHaveDuplicates();
    }

    @Test
    void answersAreTrueAndContainTheirValue() {
        WorldReader reader = new WorldReader(world);
        assertThat(instructions.all()).hasSizeGreaterThan(5_000).allSatisfy(i -> {
            assertThat(reader.untruth(i.reference())).as(i.reference()).isEmpty();
            assertThat(i.reference().toLowerCase(Locale.ROOT))
                    .contains(i.value().toLowerCase(Locale.ROOT));
        });
        Person person = world.people().get(3);
        assertThat(values("person home", person.name()))
                .containsOnly(person.home().name());
        assertThat(values("person hobby", person.name()))
                .containsOnly(person.hobby().name());
        assertThat(values("person friend", person.name())).containsOnly(person.friend());
        assertThat(values("person age", person.name())).containsOnly(Integer.toString(person.age()));
        assertThat(values("person job", person.name()))
                .containsOnly(person.job().name());
        assertThat(values("pet owner", person.pet().name())).containsOnly(person.name());
        assertThat(values("river town", person.home().river()))
                .containsOnly(person.home().name());
        assertThat(values("plus sum", "7 + 5")).containsOnly("12");
        assertThat(values("minus difference", "7 - 5")).containsOnly("2");
        assertThat(values("times product", "7 * 5")).containsOnly("35");
    }

    @Test
    void theNearestNeighbourKnowsWhatItHasSeenAndLittleElse() {
        NearestNeighbour neighbour = new NearestNeighbour(training);
        ToyJudge judge = new ToyJudge();
        assertThat(training.subList(0, 50))
                .allMatch(i -> neighbour.answer(i.text()).equals(i.reference()));
        List<Instruction> untrained =
                heldOut.stream().filter(i -> !i.factTrained()).limit(300).toList();
        assertThat(untrained.stream()
                        .filter(i -> judge.judge(i, neighbour.answer(i.text())).correctness() == 1)
                        .count())
                .isLessThan(60);
    }

    private Set<String> values(String relation, String subject) {
        Stream<Instruction> asked = instructions.all().stream()
                .filter(i -> i.relation().equals(relation) && i.subject().equals(subject));
        return asked.map(Instruction::value).collect(Collectors.toSet());
    }

    private static Set<String> keys(List<Instruction> instructions, Function<Instruction, String> key) {
        return instructions.stream().map(key).collect(Collectors.toCollection(HashSet::new));
    }
}
