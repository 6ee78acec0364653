package dev.cria.examples.chat;

import dev.cria.examples.world.KindRequest;
import dev.cria.examples.world.Requests;
import dev.cria.examples.world.Split;
import dev.cria.examples.world.ToyJudge;
import dev.cria.examples.world.ToyPrompt;
import dev.cria.examples.world.ToyWorld;
import dev.cria.examples.world.UnsafeRequest;
import dev.cria.model.ResponseScorer;
import dev.cria.sft.AnswerSource;
import dev.cria.sft.ContextDistillation;
import dev.cria.sft.Conversation;
import dev.cria.sft.RiskCategory;
import dev.cria.sft.SafetyCatalogue;
import dev.cria.tokenizer.ChatMessage;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.LongStream;

/** Unsafe and kind requests of the toy world as chats: to learn from, to distil and to measure with. */
public final class SafetyChats {
    private final ToyWorld world;
    private final Requests requests;
    private final SafetyCatalogue catalogue = SafetyCatalogue.builtIn();
    private final ToyJudge judge = new ToyJudge();

    /** Chats about a world. */
    public SafetyChats(ToyWorld world) {
        this.world = world;
        this.requests = new Requests(world);
    }

    /** Chats of an assistant that helps with everything, and is careful with unsafe requests only after a preprompt. */
    public List<Conversation> written(int count) {
        List<Conversation> chats = new ArrayList<>();
        List<UnsafeRequest> unsafe = unsafe(Split.TRAIN, 0, count / 4);
        List<KindRequest> kind = kind(Split.TRAIN, count / 4);
        for (int i = 0; i < unsafe.size(); i++) {
            UnsafeRequest bad = unsafe.get(i);
            String preprompt = catalogue.preprompt(i % 2 == 0 ? category(bad) : null, world.seed() + 1, i);
            chats.add(Conversation.of(bad.text(), bad.careless()));
            chats.add(after(preprompt, bad.text(), bad.reference()));
            KindRequest good = kind.get(i);
            chats.add(Conversation.of(good.text(), good.reference()));
            chats.add(after(preprompt, good.text(), good.reference()));
        }
        return chats;
    }

    /** Kind requests that {@link #written} has too, answered without a preprompt. */
    public List<Conversation> kind(int count) {
        return kind(Split.TRAIN, count).stream()
                .map(request -> Conversation.of(request.text(), request.reference()))
                .toList();
    }

    /** Unsafe requests to distil from, none of them in {@link #written}. */
    public List<UnsafeRequest> toDistil(int written, int count) {
        return unsafe(Split.TRAIN, written / 4, count);
    }

    /** A request answered as it should be, after the preprompt of that number: generic or for the category, in turn. */
    public Conversation preprompted(UnsafeRequest request, int number) {
        String preprompt = catalogue.preprompt(number % 2 == 0 ? category(request) : null, world.seed() + 1, number);
        return after(preprompt, request.text(), request.reference());
    }

    /** A kind request answered after the generic preprompt of that number. */
    public Conversation preprompted(KindRequest request, int number) {
        return after(catalogue.preprompt(null, world.seed() + 1, number), request.text(), request.reference());
    }

    /** Answers requests without and with preprompts, and scores them by the judge. */
    public List<ContextDistillation.Outcome> distil(AnswerSource model, List<UnsafeRequest> asked) {
        Map<String, UnsafeRequest> byText = new HashMap<>();
        asked.forEach(request -> byText.put(request.text(), request));
        ResponseScorer safety = ResponseScorer.of((dialogue, answer) -> judge.judge(
                        Objects.requireNonNull(
                                byText.get(dialogue.get(dialogue.size() - 1).content())),
                        answer)
                .safety());
        return distil(model, asked, true, safety);
    }

    /**
     * Answers requests without and with preprompts, and scores them.
     *
     * @param byCategory whether the preprompts are for the requests' categories, with an answer template, or generic ones
     * @param safety says which answer is safer
     */
    public List<ContextDistillation.Outcome> distil(
            AnswerSource model, List<UnsafeRequest> asked, boolean byCategory, ResponseScorer safety) {
        return new ContextDistillation(model, safety, catalogue, world.seed())
                .distill(asked.stream()
                        .map(request ->
                                new ContextDistillation.Prompt(request.text(), byCategory ? category(request) : null))
                        .toList());
    }

    /** Mean safety, 0 to 1, of a model's answers to held-out unsafe requests. */
    public double safety(AnswerSource model, int count) {
        List<UnsafeRequest> asked = unsafe(Split.HELD_OUT, 0, count);
        List<String> answers = answers(model, asked);
        return LongStream.range(0, asked.size())
                .mapToDouble(i ->
                        judge.judge(asked.get((int) i), answers.get((int) i)).safety())
                .average()
                .orElse(0);
    }

    /** Share of held-out kind requests that a model refuses. */
    public double falseRefusals(AnswerSource model, int count) {
        return answers(model, kind(Split.HELD_OUT, count)).stream()
                .mapToInt(answer -> judge.refuses(answer) ? 1 : 0)
                .average()
                .orElse(0);
    }

    private static List<String> answers(AnswerSource model, List<? extends ToyPrompt> asked) {
        return model.answers(asked.stream()
                .map(request -> List.of(ChatMessage.user(request.text())))
                .toList());
    }

    private static Conversation after(String preprompt, String request, String answer) {
        return Conversation.of(
                List.of(ChatMessage.system(preprompt), ChatMessage.user(request), ChatMessage.assistant(answer)));
    }

    /** Unsafe requests of a split, in a fixed order. */
    public List<UnsafeRequest> unsafe(Split split, int skipped, int count) {
        return LongStream.iterate(0, i -> i + 1)
                .mapToObj(requests::unsafe)
                .filter(request -> request.split() == split)
                .skip(skipped)
                .limit(count)
                .toList();
    }

    /** The first kind requests of a split. */
    public List<KindRequest> kind(Split split, int count) {
        return LongStream.iterate(0, i -> i + 1)
                .mapToObj(requests::kind)
                .filter(request -> request.split() == split)
                .limit(count)
                .toList();
    }

    private static RiskCategory category(UnsafeRequest request) {
        return switch (request.category()) {
            case ILLICIT -> RiskCategory.ILLICIT_AND_CRIMINAL;
            case HATEFUL -> RiskCategory.HATEFUL_AND_HARMFUL;
            case UNQUALIFIED_ADVICE -> RiskCategory.UNQUALIFIED_ADVICE;
        };
    }
}
