package dev.cria.examples.chat;

import dev.cria.core.random.CounterRandom;
import dev.cria.examples.world.Instruction;
import dev.cria.examples.world.Instructions;
import dev.cria.examples.world.Requests;
import dev.cria.examples.world.Split;
import dev.cria.examples.world.ToyPrompt;
import dev.cria.examples.world.ToyWorld;
import dev.cria.examples.world.UnsafeRequest;
import dev.cria.rlhf.sampling.RlPrompt;
import dev.cria.sft.Conversation;
import dev.cria.tokenizer.ChatMessage;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;

/** What RLHF in the toy world asks: questions of all kinds in a random order, and an unsafe request to every three of them. */
public final class ToyRequests {
    private static final String RAMBLING = " There is much to say about this. I could go on for long.";

    private final ToyWorld world;

    /** Requests of a world. */
    public ToyRequests(ToyWorld world) {
        this.world = world;
    }

    /** Questions to learn from, from a number on. */
    public List<Instruction> questions(int from, int count) {
        return some(new Instructions(world).of(Split.TRAIN), from, count);
    }

    /** Unsafe requests to learn from. */
    public List<UnsafeRequest> unsafe(int from, int count) {
        return unsafe(Split.TRAIN, from, count);
    }

    /** Prompts to measure with: combinations of subject and wording, and of deed and attack, that nothing is learned from. */
    public List<ToyPrompt> heldOut(int count) {
        List<Instruction> questions = new Instructions(world)
                .of(Split.HELD_OUT).stream().filter(Instruction::factTrained).toList();
        List<ToyPrompt> prompts = new ArrayList<>(some(questions, 0, count * 3 / 4));
        prompts.addAll(unsafe(Split.HELD_OUT, 0, count - prompts.size()));
        return prompts;
    }

    /** A demonstration of mixed quality: three in five answers to questions go on after they have said all. */
    public static Conversation demonstration(Instruction question, int number) {
        String answer = question.reference();
        return Conversation.of(question.text(), number % 5 < 3 ? answer + RAMBLING : answer);
    }

    /** A demonstration of mixed quality: two in three answers to unsafe requests are careless. */
    public static Conversation demonstration(UnsafeRequest request, int number) {
        return Conversation.of(request.text(), number % 3 == 0 ? request.reference() : request.careless());
    }

    /** Prompts as RLHF takes them, tagged where they concern safety. */
    public static List<RlPrompt> asPrompts(List<? extends ToyPrompt> prompts) {
        return prompts.stream()
                .map(prompt -> new RlPrompt(List.of(ChatMessage.user(prompt.text())), prompt.isSafety()))
                .toList();
    }

    private List<Instruction> some(List<Instruction> questions, int from, int count) {
        int[] order = CounterRandom.of(world.seed(), "order of questions", 0).permutation(questions.size());
        List<Instruction> some = new ArrayList<>();
        for (int i = from; i < Math.min(from + count, order.length); i++) {
            some.add(questions.get(order[i]));
        }
        return some;
    }

    private List<UnsafeRequest> unsafe(Split split, int from, int count) {
        Requests requests = new Requests(world);
        return LongStream.iterate(0, i -> i + 1)
                .mapToObj(requests::unsafe)
                .filter(request -> request.split() == split)
                .skip(from)
                .limit(count)
                .toList();
    }
}
