package dev.cria.examples.recipe;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.cria.core.io.DurableFiles;
import dev.cria.core.random.CounterRandom;
import dev.cria.examples.chat.PersonaChats;
import dev.cria.examples.chat.SafetyChats;
import dev.cria.examples.world.Instruction;
import dev.cria.examples.world.Instructions;
import dev.cria.examples.world.KindRequest;
import dev.cria.examples.world.Requests;
import dev.cria.examples.world.Split;
import dev.cria.examples.world.ToyPrompt;
import dev.cria.examples.world.ToyWorld;
import dev.cria.examples.world.UnsafeRequest;
import dev.cria.rlhf.sampling.PromptFile;
import dev.cria.sft.Conversation;
import dev.cria.tokenizer.ChatMessage;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** What the recipe learns from and is judged on: parts of one toy world, none of which overlap. */
final class RecipeWorld {
    private static final int UNSAFE_PART = 4; // one prompt in so many is unsafe
    private static final int PREPROMPTED = 2; // one request in so many is answered after a preprompt too

    private final ToyWorld world;
    private final Amounts size;
    private final PersonaChats personas;
    private final SafetyChats safety;
    private final List<Instruction> questions;

    RecipeWorld(RecipeConfig config) {
        this.world = ToyWorld.of(config.seed());
        this.size = config.amounts();
        this.personas = new PersonaChats(world);
        this.safety = new SafetyChats(world);
        this.questions = shuffled(new Instructions(world).of(Split.TRAIN));
    }

    ToyWorld world() {
        return world;
    }

    PersonaChats personas() {
        return personas;
    }

    SafetyChats safety() {
        return safety;
    }

    /**
     * What the chat model learns from: questions, dialogues with personas, and requests, of which every second unsafe one is
     * answered without care. After a preprompt all answers are careful.
     */
    List<Conversation> chats() {
        List<Conversation> chats = new ArrayList<>();
        learnedQuestions().forEach(question -> chats.add(Conversation.of(question.text(), question.reference())));
        chats.addAll(personas.written(size.chats().personas()));
        List<UnsafeRequest> unsafe = unsafe(0, size.chats().requests());
        List<KindRequest> kind = safety.kind(Split.TRAIN, unsafe.size() / PREPROMPTED);
        for (int i = 0; i < unsafe.size(); i++) {
            UnsafeRequest request = unsafe.get(i);
            chats.add(Conversation.of(request.text(), i % 2 == 0 ? request.reference() : request.careless()));
            if (i % PREPROMPTED == 0) {
                KindRequest good = kind.get(i / PREPROMPTED);
                chats.add(safety.preprompted(request, i));
                chats.add(Conversation.of(good.text(), good.reference()));
                chats.add(safety.preprompted(good, i));
            }
        }
        return chats;
    }

    /** The questions among them. */
    List<Instruction> learnedQuestions() {
        return questions.stream().limit(size.model().chats()).toList();
    }

    /** Prompts of the versions, in an order that mixes harmless and unsafe ones; the chat model has learned none of them. */
    List<ToyPrompt> prompts() {
        int unsafe = size.versions().prompts() / UNSAFE_PART;
        List<ToyPrompt> prompts = new ArrayList<>(unsafe(size.chats().requests(), unsafe));
        questions.stream()
                .skip(size.model().chats())
                .limit((long) size.versions().prompts() - unsafe)
                .forEach(prompts::add);
        return shuffled(prompts);
    }

    /** Writes the prompts for the versions. */
    void writePrompts(Path file) {
        ObjectMapper mapper = new ObjectMapper();
        StringBuilder lines = new StringBuilder();
        for (ToyPrompt prompt : prompts()) {
            ObjectNode line = mapper.createObjectNode();
            line.set("prompt", PromptFile.toJson(mapper, List.of(ChatMessage.user(prompt.text()))));
            lines.append(line.put("is_safety", prompt.isSafety())).append('\n');
        }
        DurableFiles.write(file, lines.toString().getBytes(StandardCharsets.UTF_8));
    }

    /** Unsafe requests to distil from. */
    List<UnsafeRequest> distilled() {
        return unsafe(size.chats().requests() + size.versions().prompts() / UNSAFE_PART, size.distilled());
    }

    /** Held-out prompts that the versions are judged on, first the harmless ones. */
    List<ToyPrompt> judged() {
        int unsafe = size.model().questions() / UNSAFE_PART;
        List<ToyPrompt> asked = new ArrayList<>(heldOutQuestions(size.model().questions() - unsafe));
        asked.addAll(safety.unsafe(Split.HELD_OUT, 0, unsafe));
        return asked;
    }

    /** Held-out questions whose facts training tells in other words. */
    List<Instruction> heldOutQuestions(int count) {
        return shuffled(new Instructions(world)
                        .of(Split.HELD_OUT).stream()
                                .filter(Instruction::factTrained)
                                .toList())
                .stream()
                .limit(count)
                .toList();
    }

    /** Good requests that look like bad ones. */
    List<KindRequest> borderline() {
        return new Requests(world).borderline();
    }

    private List<UnsafeRequest> unsafe(int skipped, int count) {
        return safety.unsafe(Split.TRAIN, skipped, count);
    }

    private <T> List<T> shuffled(List<T> all) {
        int[] order = CounterRandom.of(world.seed(), "recipe", 0).permutation(all.size());
        return Arrays.stream(order).mapToObj(all::get).toList();
    }
}
