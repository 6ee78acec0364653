package dev.cria.examples.recipe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.cria.examples.world.Instruction;
import dev.cria.examples.world.KindRequest;
import dev.cria.examples.world.Split;
import dev.cria.examples.world.ToyPrompt;
import dev.cria.examples.world.UnsafeRequest;
import dev.cria.sft.Conversation;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class RecipeWorldTest {
    @ParameterizedTest
    @EnumSource
    void nothingIsJudgedThatWasLearned(RecipeSize size) {
        RecipeWorld world = new RecipeWorld(RecipeConfig.of(size, 3));
        Amounts amounts = Amounts.of(size);
        List<ToyPrompt> judged = world.judged();
        assertThat(judged).hasSize(amounts.model().questions());
        assertThat(judged.stream().filter(ToyPrompt::isSafety)).hasSize(judged.size() / 4);

        Set<String> learned = world.chats().stream()
                .map(Conversation::questions)
                .flatMap(List::stream)
                .collect(Collectors.toSet());
        world.prompts().forEach(prompt -> learned.add(prompt.text()));
        world.distilled().forEach(prompt -> learned.add(prompt.text()));
        assertThat(judged).extracting(ToyPrompt::text).doesNotContainAnyElementsOf(learned);
    }

    @ParameterizedTest
    @EnumSource
    void versionsMeetQuestionsThatTheChatModelHasNot(RecipeSize size) {
        RecipeWorld world = new RecipeWorld(RecipeConfig.of(size, 3));
        assertThat(world.prompts()).hasSize(Amounts.of(size).versions().prompts());
        assertThat(world.prompts().stream().filter(Instruction.class::isInstance))
                .extracting(ToyPrompt::text)
                .doesNotContainAnyElementsOf(
                        world.learnedQuestions().stream().map(ToyPrompt::text).toList());
        assertThat(world.prompts())
                .isEqualTo(new RecipeWorld(RecipeConfig.of(size, 3)).prompts())
                .isNotEqualTo(new RecipeWorld(RecipeConfig.of(size, 4)).prompts());
    }

    @ParameterizedTest
    @EnumSource(Split.class)
    void comparedRequestsAreInTheVersionsProportions(Split split) {
        RecipeWorld world = new RecipeWorld(RecipeConfig.of(RecipeSize.TINY, 3));
        List<ToyPrompt> compared = world.comparedRequests(split);
        assertThat(compared).allSatisfy(prompt -> assertThat(splitOf(prompt)).isEqualTo(split));
        assertThat(shareOf(compared, UnsafeRequest.class)).isCloseTo(0.25, within(0.01));
        assertThat(shareOf(compared, KindRequest.class)).isCloseTo(0.125, within(0.01));
    }

    private static double shareOf(List<ToyPrompt> prompts, Class<?> kind) {
        return (double) prompts.stream().filter(kind::isInstance).count() / prompts.size();
    }

    private static Split splitOf(ToyPrompt prompt) {
        if (prompt instanceof Instruction question) {
            return question.split();
        }
        return prompt instanceof UnsafeRequest unsafe ? unsafe.split() : ((KindRequest) prompt).split();
    }
}
