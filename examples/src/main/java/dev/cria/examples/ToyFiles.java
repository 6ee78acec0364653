package dev.cria.examples;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.cria.core.io.DurableFiles;
import dev.cria.core.io.FileErrors;
import dev.cria.examples.feedback.Annotators;
import dev.cria.examples.feedback.Annotators.Task;
import dev.cria.examples.feedback.ToyComparisons;
import dev.cria.examples.world.Instruction;
import dev.cria.examples.world.Instructions;
import dev.cria.examples.world.Requests;
import dev.cria.examples.world.Split;
import dev.cria.examples.world.ToyCorpus;
import dev.cria.examples.world.ToyPrompt;
import dev.cria.examples.world.ToyWorld;
import dev.cria.rlhf.preference.Preference;
import dev.cria.rlhf.preference.PreferenceData;
import dev.cria.rlhf.sampling.PromptFile;
import dev.cria.rlhf.sampling.RlPrompt;
import dev.cria.sft.ChatData;
import dev.cria.sft.Conversation;
import dev.cria.tokenizer.ChatMessage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/**
 * A toy world as files in the forms of all stages: something to learn from where one has nothing yet. What is held out is in no file
 * that is learned from.
 *
 * @param stories text, for pretraining
 * @param chats questions with right answers, and unsafe requests with careful ones
 * @param comparisons of answers by helpfulness, by simulated annotators
 * @param heldOutComparisons the same about prompts of their own
 * @param safetyComparisons of answers to unsafe requests, with safety labels
 * @param prompts questions and unsafe requests without answers
 * @param heldOutPrompts the same, none of which is in a file that is learned from
 */
public record ToyFiles(
        Path stories,
        Path chats,
        Path comparisons,
        Path heldOutComparisons,
        Path safetyComparisons,
        Path prompts,
        Path heldOutPrompts) {
    private static final int STRIDE = 7919; // a prime: neighbours among the questions ask for the same

    /** The files' names in a directory. */
    public static ToyFiles in(Path directory) {
        return new ToyFiles(
                directory.resolve("stories.jsonl"),
                directory.resolve("chats.jsonl"),
                directory.resolve("comparisons.jsonl"),
                directory.resolve("comparisons-held-out.jsonl"),
                directory.resolve("comparisons-safety.jsonl"),
                directory.resolve("prompts.jsonl"),
                directory.resolve("prompts-held-out.jsonl"));
    }

    /** Writes the world of a seed: 2 MiB of stories, and up to 4,000 of everything else. */
    public static ToyFiles write(Path directory, long seed) {
        return write(directory, seed, ToyCorpus.DEFAULT_BYTES, 4000);
    }

    /**
     * Writes the world of a seed, replacing files of those names.
     *
     * @param directory where; made if need be
     * @param storyBytes least size of the stories
     * @param rows most lines of each other file, at least 8
     */
    public static ToyFiles write(Path directory, long seed, long storyBytes, int rows) {
        try {
            Files.createDirectories(directory);
        } catch (IOException e) {
            throw FileErrors.unchecked("cannot make", directory, e);
        }
        ToyFiles files = in(directory);
        ToyWorld world = ToyWorld.of(seed);
        writeStories(files.stories, ToyCorpus.documents(world, storyBytes));
        ChatData.write(
                files.chats,
                prompts(world, Split.TRAIN, rows).map(ToyFiles::chat).toList());
        writeComparisons(files.comparisons, world, Task.HELPFULNESS, Split.TRAIN, rows);
        writeComparisons(files.heldOutComparisons, world, Task.HELPFULNESS, Split.HELD_OUT, rows / 4);
        writeComparisons(files.safetyComparisons, world, Task.SAFETY, Split.TRAIN, rows);
        PromptFile.write(
                files.prompts,
                prompts(world, Split.TRAIN, rows).map(ToyFiles::prompt).toList());
        PromptFile.write(
                files.heldOutPrompts,
                prompts(world, Split.HELD_OUT, rows / 4).map(ToyFiles::prompt).toList());
        return files;
    }

    /** Questions, and a request that wants care after every seventh. */
    private static Stream<ToyPrompt> prompts(ToyWorld world, Split split, int count) {
        List<Instruction> questions = new Instructions(world).of(split);
        Requests requests = new Requests(world);
        List<? extends ToyPrompt> unsafe = LongStream.range(0, 2L * count + 50)
                .mapToObj(requests::unsafe)
                .filter(request -> request.split() == split)
                .toList();
        return LongStream.range(0, count)
                .mapToObj(i -> i % 8 == 7
                        ? unsafe.get((int) (i / 8 % unsafe.size()))
                        : questions.get((int) ((i - i / 8) * STRIDE % questions.size())));
    }

    private static Conversation chat(ToyPrompt prompt) {
        return Conversation.of(prompt.text(), prompt.reference());
    }

    private static RlPrompt prompt(ToyPrompt prompt) {
        return new RlPrompt(List.of(ChatMessage.user(prompt.text())), prompt.isSafety());
    }

    private static void writeComparisons(Path file, ToyWorld world, Task task, Split split, int count) {
        List<Preference> preferences = new ToyComparisons(world)
                .of(task, Annotators.of(world.seed()), split, count).stream()
                        .map(Annotators.Comparison::preference)
                        .toList();
        PreferenceData.write(file, preferences);
    }

    private static void writeStories(Path file, Stream<String> texts) {
        String lines = texts.map(text -> JsonNodeFactory.instance.objectNode().put("text", text) + "\n")
                .collect(Collectors.joining());
        DurableFiles.write(file, lines.getBytes(StandardCharsets.UTF_8));
    }
}
