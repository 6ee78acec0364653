package dev.cria.examples.world;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ToyWorldTest {
    @Test
    void sameSeedGivesTheSameWorldAndAnotherSeedAnother() {
        assertThat(ToyWorld.of(7).people()).isEqualTo(ToyWorld.of(7).people());
        assertThat(ToyWorld.of(7).places()).isEqualTo(ToyWorld.of(7).places());
        assertThat(ToyWorld.of(7).people()).isNotEqualTo(ToyWorld.of(8).people());
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 1, 2, -1, Long.MAX_VALUE})
    void attributesAgreeWithOneAnother(long seed) {
        ToyWorld world = ToyWorld.of(seed);
        assertThat(world.people()).hasSize(ToyWorld.PEOPLE).doesNotHaveDuplicates();
        assertThat(world.places()).hasSize(ToyWorld.PLACES);
        assertThat(world.places())
                .allSatisfy(place -> assertThat(world.residents(place))
                        .isNotEmpty()
                        .allSatisfy(person -> assertThat(person.home()).isEqualTo(place)));
        assertThat(world.people()).allSatisfy(person -> {
            Person friend = world.friendOf(person);
            assertThat(friend).isNotEqualTo(person);
            assertThat(world.friendOf(friend)).isEqualTo(person);
            assertThat(friend.hobby()).isNotEqualTo(person.hobby());
            assertThat(world.places()).contains(person.home());
            assertThat(person.pet().kind().canBePet()).isTrue();
            assertThat(person.age()).isBetween(20, 79);
        });
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 1, 2})
    void aNameNamesOneThingOnly(long seed) {
        ToyWorld world = ToyWorld.of(seed);
        List<String> names = new ArrayList<>();
        world.people()
                .forEach(person ->
                        names.addAll(List.of(person.name(), person.pet().name())));
        world.places().forEach(place -> names.addAll(List.of(place.name(), place.river(), place.food())));
        world.animals().forEach(animal -> names.addAll(List.of(animal.name(), animal.sound())));
        assertThat(names).doesNotHaveDuplicates();
    }

    @Test
    void anUnknownNameIsAnErrorThatNamesIt() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ToyWorld.of(3).person("Nobody"))
                .withMessage("nobody in the world of seed 3 is called Nobody");
    }
}
