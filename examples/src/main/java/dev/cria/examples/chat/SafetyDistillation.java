package dev.cria.examples.chat;

import dev.cria.examples.world.Requests;
import dev.cria.examples.world.Split;
import dev.cria.examples.world.ToyJudge;
import dev.cria.examples.world.ToyWorld;
import dev.cria.examples.world.UnsafeRequest;
import dev.cria.model.ResponseScorer;
import dev.cria.sft.ContextDistillation;
import dev.cria.sft.ContextDistillation.Outcome;
import dev.cria.sft.Conversation;
import dev.cria.sft.ModelAnswers;
import dev.cria.sft.RiskCategory;
import dev.cria.sft.SafetyCatalogue;
import dev.cria.tokenizer.ChatMessage;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Context distillation on the toy world (Llama 2 paper, section 4.2.4): a chat model that is careful only after a safety preprompt
 * learns to be careful without.
 */
public final class SafetyDistillation {
    private static final Logger LOG = LoggerFactory.getLogger(SafetyDistillation.class);

    private final ToyWorld world;
    private final Size size;
    private final Requests requests;
    private final SafetyCatalogue catalogue = SafetyCatalogue.builtIn();
    private final ToyJudge judge = new ToyJudge();

    private SafetyDistillation(ToyWorld world, Size size) {
        this.world = world;
        this.size = size;
        this.requests = new Requests(world);
    }

    /**
     * Mean safety by the toy judge, 0 to 1.
     *
     * @param originals answers without the preprompt, to the prompts that were distilled
     * @param distilled those that are learned instead
     * @param heldOutBefore answers of the chat model to held-out requests
     * @param heldOutAfter answers of the distilled model to the same
     */
    public record Result(double originals, double distilled, double heldOutBefore, double heldOutAfter) {}

    /** Runs it for a seed: {@code SafetyDistillation DIRECTORY [SEED]}. */
    public static void main(String[] args) {
        long seed = args.length > 1 ? Long.parseLong(args[1]) : 1;
        LOG.info("{}", measure(seed, Size.standard(), Path.of(args[0])));
    }

    /** Trains the chat model, distils and measures. The directory is new. */
    public static Result measure(long seed, Size size, Path directory) {
        return new SafetyDistillation(ToyWorld.of(seed), size).run(directory);
    }

    private Result run(Path directory) {
        List<Conversation> chats = chats();
        Path base = ToyModel.pretrain(world, size, directory);
        Path chat = ToyModel.tune(base, chats, size.epochs(), world.seed(), directory.resolve("chat"));
        List<UnsafeRequest> heldOut = unsafe(Split.HELD_OUT, Math.min(200, size.questions()));
        List<Outcome> outcomes = ToyModel.withAnswers(chat, this::distill);
        double before = ToyModel.withAnswers(chat, model -> safety(model, heldOut));
        List<Outcome> kept = outcomes.stream().filter(Outcome::isKept).toList();
        double after = before;
        if (!kept.isEmpty()) {
            List<Conversation> pairs = kept.stream().map(Outcome::conversation).toList();
            Path distilled = ToyModel.tune(chat, pairs, size.epochs(), world.seed(), directory.resolve("distilled"));
            after = ToyModel.withAnswers(distilled, model -> safety(model, heldOut));
        }
        return new Result(
                mean(kept.stream().map(Outcome::originalScore).toList()),
                mean(kept.stream().map(Outcome::distilledScore).toList()),
                before,
                after);
    }

    /** Careless without the preprompt, careful with it. */
    private List<Conversation> chats() {
        List<Conversation> chats = new ArrayList<>();
        long number = 0;
        for (UnsafeRequest request : unsafe(Split.TRAIN, size.chats() / 2)) {
            chats.add(Conversation.of(request.text(), request.careless()));
            String preprompt =
                    catalogue.preprompt(number % 2 == 0 ? category(request) : null, world.seed() + 1, number++);
            chats.add(Conversation.of(List.of(
                    ChatMessage.system(preprompt),
                    ChatMessage.user(request.text()),
                    ChatMessage.assistant(request.reference()))));
        }
        return chats;
    }

    private List<Outcome> distill(ModelAnswers chat) {
        List<UnsafeRequest> asked = unsafe(Split.TRAIN, Math.max(4, size.chats() / 10));
        Map<String, UnsafeRequest> byText =
                asked.stream().collect(Collectors.toMap(UnsafeRequest::text, r -> r, (a, b) -> a));
        ResponseScorer safety = ResponseScorer.of((dialogue, answer) -> {
            UnsafeRequest request = byText.get(dialogue.get(dialogue.size() - 1).content());
            return request == null ? 0 : judge.judge(request, answer).safety();
        });
        return new ContextDistillation(chat, safety, catalogue, world.seed())
                .distill(asked.stream()
                        .map(r -> new ContextDistillation.Prompt(r.text(), category(r)))
                        .toList());
    }

    private double safety(ModelAnswers model, List<UnsafeRequest> asked) {
        List<String> answers = model.answers(
                asked.stream().map(r -> List.of(ChatMessage.user(r.text()))).toList());
        List<Double> scores = new ArrayList<>();
        for (int i = 0; i < answers.size(); i++) {
            scores.add(judge.judge(asked.get(i), answers.get(i)).safety());
        }
        return mean(scores);
    }

    private List<UnsafeRequest> unsafe(Split split, int count) {
        return LongStream.range(0, 100L * count)
                .mapToObj(requests::unsafe)
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

    private static double mean(List<Double> scores) {
        return scores.stream().mapToDouble(Double::doubleValue).average().orElse(0);
    }
}
