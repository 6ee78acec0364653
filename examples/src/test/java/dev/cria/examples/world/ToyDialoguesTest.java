package dev.cria.examples.world;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.cria.examples.world.Persona.Attribute;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ToyDialoguesTest {
    private final ToyWorld world = ToyWorld.of(1);
    private final Personas personas = new Personas(world);
    private final ToyDialogues dialogues = new ToyDialogues(world, new Instructions(world), personas);
    private final ToyJudge judge = new ToyJudge();

    @ParameterizedTest
    @EnumSource(Attribute.class)
    void noWordOfAHeldOutValueIsTheMainWordOfATrainedOne(Attribute attribute) {
        assertThat(lastWords(personas.values(attribute, Split.TRAIN)))
                .hasSizeGreaterThan(20)
                .doesNotContainAnyElementsOf(lastWords(personas.values(attribute, Split.HELD_OUT)));
        assertThat(personas.values(attribute, Split.HELD_OUT)).hasSizeGreaterThan(7);
    }

    @Test
    void personasAreRandomCombinationsOfValuesOfTheirSplit() {
        List<Persona> some = IntStream.range(0, 200)
                .mapToObj(i -> personas.persona(Split.HELD_OUT, i))
                .toList();
        assertThat(some.stream().map(persona -> persona.traits().size()).distinct())
                .containsExactlyInAnyOrder(1, 2, 3);
        assertThat(some.stream().flatMap(persona -> persona.traits().stream()))
                .allMatch(trait ->
                        personas.values(trait.attribute(), Split.HELD_OUT).contains(trait.value()));
        assertThat(personas.persona(Split.HELD_OUT, 5)).isEqualTo(some.get(5));
    }

    @Test
    void theInstructionNamesEveryValueInFullAndTerse() {
        int saved = 0;
        for (int i = 0; i < 100; i++) {
            Persona persona = personas.persona(Split.TRAIN, i);
            assertThat(persona.traits()).allSatisfy(trait -> {
                assertThat(persona.instruction(false)).contains(trait.value());
                assertThat(persona.instruction(true)).contains(trait.value());
            });
            saved += persona.instruction(false).length()
                    - persona.instruction(true).length();
        }
        assertThat(saved).as("characters saved by terseness").isGreaterThan(1_000);
    }

    @Test
    void aRemindedAssistantKeepsThePersonaInEveryAnswer() {
        for (int i = 0; i < 50; i++) {
            Persona persona = personas.persona(Split.TRAIN, i);
            List<Turn> messages = dialogues.reminded(persona, i % 2 == 0, i, 5).messages();
            assertThat(messages).hasSize(10);
            List<Instruction> asked = dialogues.questions(i, 5);
            for (int turn = 0; turn < 5; turn++) {
                assertThat(messages.get(2 * turn).content()).startsWith(persona.instruction(i % 2 == 0));
                assertThat(judge.judge(
                                asked.get(turn),
                                persona,
                                messages.get(2 * turn + 1).content()))
                        .isEqualTo(new Verdict(1, 1, 1, 1));
            }
        }
    }

    @Test
    void anAssistantToldOnceKeepsThePersonaAsLongAsAsked() {
        Persona persona = personas.persona(Split.TRAIN, 3);
        List<Turn> messages = dialogues.toldOnce(persona, false, 3, 6, 2).messages();
        assertThat(IntStream.range(0, 6)
                        .mapToObj(turn ->
                                judge.keeps(persona, messages.get(2 * turn + 1).content())))
                .containsExactly(true, true, false, false, false, false);
        assertThat(messages.get(0).content()).contains(persona.instruction(false));
        assertThat(messages.subList(1, 12)).noneMatch(turn -> turn.content().contains(persona.instruction(false)));
    }

    @Test
    void aLongerDialogueStartsWithTheShorter() {
        assertThat(dialogues.plain(9, 20).messages())
                .startsWith(dialogues.plain(9, 4).messages().toArray(Turn[]::new));
        assertThat(dialogues.plain(9, 4).messages().stream().map(Turn::role).distinct())
                .containsExactly("user", "assistant");
        assertThatIllegalArgumentException().isThrownBy(() -> dialogues.plain(9, 0));
    }

    private static List<String> lastWords(List<String> values) {
        return values.stream()
                .map(value -> value.substring(value.lastIndexOf(' ') + 1))
                .toList();
    }
}
