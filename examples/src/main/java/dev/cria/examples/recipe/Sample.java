package dev.cria.examples.recipe;

import java.util.ArrayList;
import java.util.List;

/**
 * What a stage changed, for people to read.
 *
 * @param prompt what was asked, or how a text began
 * @param before the answer before the stage
 * @param after the answer after it
 */
public record Sample(String prompt, String before, String after) {
    static List<Sample> of(List<String> prompts, List<String> before, List<String> after) {
        List<Sample> samples = new ArrayList<>();
        for (int i = 0; i < prompts.size(); i++) {
            samples.add(new Sample(prompts.get(i), before.get(i), after.get(i)));
        }
        return samples;
    }
}
