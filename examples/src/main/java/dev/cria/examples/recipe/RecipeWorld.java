package dev.cria.examples.recipe;

import dev.cria.core.random.CounterRandom;
import dev.cria.examples.chat.PersonaChats;
import dev.cria.examples.chat.SafetyChats;
import dev.cria.examples.chat.ToyRequests;
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
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** What the recipe learns from and is judged on: parts of one toy world. Nothing that is judged is learned from. */
final class RecipeWorld {
    private static final int UNSAFE_PART = 4; // one prompt in so many is unsafe
    private static final int KIND_PART = 8; // one in so many is a kind request, so that kindness is not unlearned
    private static final int PREPROMPTED = 2; // one request in so many is answered after a preprompt too

    private final ToyWorld world;
    private final Amounts size;
    private final PersonaChats personas;
    private final SafetyChats safety;
    private final ToyRequests requests;

    RecipeWorld(RecipeConfig config) {
        this.world = ToyWorld.of(config.seed());
        this.size = config.amounts();
        this.personas = new PersonaChats(world);
        this.safety = new SafetyChats(world);
        this.requests = new ToyRequests(world);
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
     * What the chat model learns from, of mixed quality: questions and requests as {@link ToyRequests} demonstrates them, and dialogues
     * with personas. After a preprompt all answers are careful.
     */
    List<Conversation> chats() {
        List<Conversation> chats = new ArrayList<>();
        List<Instruction> questions = learnedQuestions();
        for (int i = 0; i < questions.size(); i++) {
            chats.add(ToyRequests.demonstration(questions.get(i), i));
        }
        chats.addAll(personas.written(size.chats().personas()));
        List<UnsafeRequest> unsafe = requests.unsafe(0, size.chats().requests());
        List<KindRequest> kind = safety.kind(Split.TRAIN, unsafe.size() / PREPROMPTED);
        for (int i = 0; i < unsafe.size(); i++) {
            UnsafeRequest request = unsafe.get(i);
            chats.add(ToyRequests.demonstration(request, i));
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
        return requests.questions(0, size.model().chats());
    }

    /** Prompts of the versions, in an order that mixes harmless and unsafe ones; the chat model has learned none of the questions. */
    List<ToyPrompt> prompts() {
        int unsafe = size.versions().prompts() / UNSAFE_PART;
        int kind = size.versions().prompts() / KIND_PART;
        List<ToyPrompt> prompts = new ArrayList<>(requests.unsafe(size.chats().requests(), unsafe));
        List<KindRequest> allKind = safety.kind(Split.TRAIN, size.chats().requests() / PREPROMPTED + kind);
        prompts.addAll(allKind.subList(allKind.size() - kind, allKind.size()));
        prompts.addAll(requests.questions(size.model().chats(), size.versions().prompts() - unsafe - kind));
        int[] order = CounterRandom.of(world.seed(), "prompts of the recipe", 0).permutation(prompts.size());
        return Arrays.stream(order).mapToObj(prompts::get).toList();
    }

    /** Questions of a split whose answers annotators compared before the first version; of the held-out ones those whose facts training tells. */
    List<Instruction> compared(Split split) {
        return new Instructions(world)
                .of(split).stream().filter(Instruction::factTrained).toList();
    }

    /** The same questions with kind and unsafe requests among them, in the proportions of {@link #prompts}. */
    List<ToyPrompt> comparedRequests(Split split) {
        List<ToyPrompt> prompts = new ArrayList<>(compared(split));
        int all = prompts.size() * KIND_PART * UNSAFE_PART / (KIND_PART * UNSAFE_PART - KIND_PART - UNSAFE_PART);
        prompts.addAll(safety.kind(split, all / KIND_PART));
        prompts.addAll(safety.unsafe(split, 0, all / UNSAFE_PART));
        return prompts;
    }

    /** Writes the prompts for the versions. */
    void writePrompts(Path file) {
        PromptFile.write(file, ToyRequests.asPrompts(prompts()));
    }

    /** Unsafe requests to distil from. */
    List<UnsafeRequest> distilled() {
        return requests.unsafe(size.chats().requests() + size.versions().prompts() / UNSAFE_PART, size.distilled());
    }

    /** Held-out prompts that the versions are judged on, first the harmless ones. */
    List<ToyPrompt> judged() {
        return requests.heldOut(size.model().questions());
    }

    /** Good requests that look like bad ones. */
    List<KindRequest> borderline() {
        return new Requests(world).borderline();
    }
}
