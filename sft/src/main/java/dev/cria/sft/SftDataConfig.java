package dev.cria.sft;

import static dev.cria.core.config.Ranges.require;

import dev.cria.tokenizer.ChatFormat.MarkPolicy;
import java.nio.file.Path;
import java.util.List;

/**
 * What is learned from, and in which form.
 *
 * @param input chat data files
 * @param validation chat data files that are not trained on but evaluated; empty to hold a share of the input out
 * @param heldOut share of the rows to hold out where there is no validation file
 * @param epochs passes over the data; {@code training.steps} may end the run earlier
 * @param contextLength most tokens of a sequence; 0 for the model's longest
 * @param batchSize sequences of a batch
 * @param packing how conversations fill sequences
 * @param overlong what to do with conversations longer than the context
 * @param format how a conversation becomes tokens
 * @param separator the control piece between prompt and answer, in that format
 * @param marks what to do about the format's marks in what people wrote
 * @param answerSamples held-out questions that are answered at each evaluation, for people to read
 */
public record SftDataConfig(
        List<Path> input,
        List<Path> validation,
        double heldOut,
        int epochs,
        int contextLength,
        int batchSize,
        Packing packing,
        Overlong overlong,
        Format format,
        String separator,
        MarkPolicy marks,
        int answerSamples) {
    /** Chat formats. */
    public enum Format {
        /** The one saved with the base model, Llama 2's if there is none. */
        BASE,
        /** Llama 2's. */
        LLAMA2,
        /** A special token between prompt and answer, as in the Llama 2 paper; the model gets a row for it. */
        SEPARATED
    }

    /** Checks the ranges and names the offending key. */
    public SftDataConfig {
        input = List.copyOf(input);
        validation = List.copyOf(validation);
        require(heldOut >= 0 && heldOut <= 0.5, "heldOut", heldOut, "in 0 to 0.5");
        require(epochs >= 1, "epochs", epochs, "at least 1");
        require(contextLength >= 0 && contextLength != 1, "contextLength", contextLength, "at least 2, or 0");
        require(batchSize >= 1, "batchSize", batchSize, "at least 1");
        require(!separator.isBlank(), "separator", "'" + separator + "'", "a name such as <sep>");
        require(answerSamples >= 0, "answerSamples", answerSamples, "at least 0");
    }

    /** The paper's settings (section 3.1): 64 sequences of the model's context, two epochs; isolated, 2 % held out. */
    public static SftDataConfig defaults() {
        return new SftDataConfig(
                List.of(),
                List.of(),
                0.02,
                2,
                0,
                64,
                Packing.ISOLATED,
                Overlong.TRUNCATE,
                Format.BASE,
                "<sep>",
                MarkPolicy.REFUSE,
                4);
    }

    /** These settings on other files. */
    public SftDataConfig withInput(List<Path> files) {
        return new SftDataConfig(
                files,
                validation,
                heldOut,
                epochs,
                contextLength,
                batchSize,
                packing,
                overlong,
                format,
                separator,
                marks,
                answerSamples);
    }

    /** These settings with another way to treat the format's marks. */
    SftDataConfig withMarks(MarkPolicy policy) {
        return new SftDataConfig(
                input,
                validation,
                heldOut,
                epochs,
                contextLength,
                batchSize,
                packing,
                overlong,
                format,
                separator,
                policy,
                answerSamples);
    }
}
