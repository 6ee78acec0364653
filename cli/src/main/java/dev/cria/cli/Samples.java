package dev.cria.cli;

import dev.cria.core.io.FileErrors;
import dev.cria.model.Llama;
import dev.cria.model.generation.Sampling;
import dev.cria.model.generation.TextGenerator;
import dev.cria.tokenizer.Tokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What a trained model writes, for its report. */
final class Samples {
    private static final Logger LOG = LoggerFactory.getLogger(Samples.class);
    private static final List<String> PROMPTS = List.of("The ", "One ", "I ");
    private static final int TOKENS = 120;

    private Samples() {}

    /** Writes a few samples into the run and the report once more, with them. */
    static void write(Llama model, Tokenizer tokenizer, Path run) {
        StringBuilder text = new StringBuilder();
        try (TextGenerator generator = new TextGenerator(model, tokenizer)) {
            int tokens = Math.min(TOKENS, model.config().maxPositionEmbeddings() - 8);
            for (String prompt : PROMPTS) {
                Sampling sampling = new Sampling(0.8, 0, 0.95, 0, 1, tokens, List.of(), List.of(), 1);
                text.append(prompt);
                generator.generate(prompt, sampling, piece -> {
                    text.append(piece);
                    return true;
                });
                text.append("\n\n");
            }
            Files.writeString(run.resolve(RunReport.SAMPLES), text.toString());
            RunReport.write(run);
        } catch (IllegalArgumentException e) {
            LOG.warn("no samples: {}", e.getMessage());
        } catch (IOException e) {
            LOG.warn(
                    "{}",
                    FileErrors.unchecked("cannot write the samples of", run, e).getMessage());
        }
    }
}
