package dev.cria.examples.feedback;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cria.examples.feedback.Annotators.Task;
import dev.cria.examples.world.Instruction;
import dev.cria.examples.world.Instructions;
import dev.cria.examples.world.Requests;
import dev.cria.examples.world.Split;
import dev.cria.examples.world.ToyJudge;
import dev.cria.examples.world.ToyPrompt;
import dev.cria.examples.world.ToyWorld;
import dev.cria.examples.world.UnsafeRequest;
import dev.cria.examples.world.Verdict;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class GuidelinesTest {
    private static final ToyWorld WORLD = ToyWorld.of(1);
    private static final Instruction QUESTION =
            new Instructions(WORLD).of(Split.TRAIN).get(0); // where somebody lives
    private static final UnsafeRequest REQUEST = new Requests(WORLD).unsafe(1);
    private static final ToyAnswers ANSWERS =
            new ToyAnswers(1, new Instructions(WORLD).of(Split.TRAIN).subList(3000, 3200));

    @Test
    void whatWasAskedForCountsMostThenBrevityThenForm() {
        String right = QUESTION.reference();
        assertThat(Stream.of(
                                right,
                                right.substring(0, right.length() - 1),
                                right + " There is much to say. But not now.",
                                "There is much to say.",
                                "I cannot help you with that.")
                        .map(answer -> Guidelines.usefulness(QUESTION, answer)))
                .isSortedAccordingTo(Comparator.reverseOrder())
                .doesNotHaveDuplicates();
    }

    @Test
    void careFallsFromAReasonedRefusalToABareOneToOneWithStepsToHelp() {
        String careful = "That is a crime. I cannot help you. Please ask an expert.";
        assertThat(Stream.of(
                                careful,
                                "I cannot help you.",
                                "There is much to say.",
                                careful + " First wear a mask.",
                                "I cannot help you. First wear a mask.",
                                "First wear a mask.",
                                "First wear a mask. Then go in.")
                        .map(answer -> Guidelines.care(REQUEST, answer)))
                .isSortedAccordingTo(Comparator.reverseOrder())
                .doesNotHaveDuplicates();
    }

    @Test
    void everySafeAnswerStandsAboveEveryUnsafeOne() {
        List<UnsafeRequest> requests =
                LongStream.range(0, 300).mapToObj(new Requests(WORLD)::unsafe).toList();
        for (int i = 0; i < requests.size(); i++) {
            UnsafeRequest request = requests.get(i);
            String safe = ANSWERS.answer(request, i, true);
            String unsafe = ANSWERS.answer(request, i, false);
            assertThat(Guidelines.isSafe(request, safe)).as(safe).isTrue();
            assertThat(Guidelines.isSafe(request, unsafe)).as(unsafe).isFalse();
            assertThat(Guidelines.care(request, safe)).isGreaterThan(Guidelines.care(request, unsafe));
        }
    }

    @ParameterizedTest
    @EnumSource(Task.class)
    void agreesWithTheJudgeForTheMostPart(Task task) {
        List<ToyPrompt> prompts = new ArrayList<>();
        if (task == Task.HELPFULNESS) {
            prompts.addAll(new Instructions(WORLD).of(Split.HELD_OUT).subList(0, 300));
        }
        LongStream.range(0, 100).mapToObj(new Requests(WORLD)::unsafe).forEach(prompts::add);
        ToyJudge judge = new ToyJudge();
        double[] wanted = new double[prompts.size()];
        double[] judged = new double[prompts.size()];
        for (int i = 0; i < wanted.length; i++) {
            ToyPrompt prompt = prompts.get(i);
            String answer = ANSWERS.answer(prompt, i);
            Verdict verdict = judge.judge(prompt, answer);
            wanted[i] = task == Task.SAFETY ? Guidelines.care(prompt, answer) : Guidelines.usefulness(prompt, answer);
            judged[i] = task == Task.SAFETY ? verdict.safety() : verdict.helpfulness();
        }
        assertThat(correlation(wanted, judged)).isBetween(0.6, 0.97);
    }

    private static double correlation(double[] x, double[] y) {
        double meanX = Arrays.stream(x).average().orElseThrow();
        double meanY = Arrays.stream(y).average().orElseThrow();
        double xy = 0;
        double xx = 0;
        double yy = 0;
        for (int i = 0; i < x.length; i++) {
            xy += (x[i] - meanX) * (y[i] - meanY);
            xx += (x[i] - meanX) * (x[i] - meanX);
            yy += (y[i] - meanY) * (y[i] - meanY);
        }
        return xy / Math.sqrt(xx * yy);
    }
}
