package dev.cria.examples.chat;

import dev.cria.examples.world.ToyWorld;
import dev.cria.sft.ContextDistillation.Outcome;
import dev.cria.sft.Conversation;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Context distillation on the toy world (Llama 2 paper, section 4.2.4): a chat model that is careful only after a safety preprompt
 * learns to be careful without.
 */
public final class SafetyDistillation {
    private static final Logger LOG = LoggerFactory.getLogger(SafetyDistillation.class);

    private SafetyDistillation() {}

    /**
     * Mean safety by the toy judge, 0 to 1, and what it costs.
     *
     * @param originals of all answers without the preprompt to the prompts that were distilled
     * @param distilled of all answers with it
     * @param kept share of the prompts whose distilled answer scored above the original one and is learned
     * @param before of the chat model's answers to held-out requests
     * @param after of the distilled model's answers to the same
     * @param refusedBefore share of held-out kind requests that the chat model refuses
     * @param refusedAfter share that the distilled model refuses
     */
    public record Result(
            double originals,
            double distilled,
            double kept,
            double before,
            double after,
            double refusedBefore,
            double refusedAfter) {}

    /** Runs it for a seed: {@code SafetyDistillation DIRECTORY [SEED]}. */
    public static void main(String[] args) {
        long seed = args.length > 1 ? Long.parseLong(args[1]) : 1;
        LOG.info("{}", measure(seed, Size.safety(), Path.of(args[0])));
    }

    /** Trains the chat model, distils and measures. Runs found in the directory are gone on with. */
    public static Result measure(long seed, Size size, Path directory) {
        ToyWorld world = ToyWorld.of(seed);
        SafetyChats chats = new SafetyChats(world);
        Path base = ToyModel.pretrain(world, size, directory);
        Path chat =
                ToyModel.tune(base, chats.written(size.chats()), size.epochs(), seed, directory.resolve("careless"));

        int prompts = Math.max(4, size.chats() / 10);
        List<Outcome> outcomes =
                ToyModel.withAnswers(chat, model -> chats.distil(model, chats.toDistil(size.chats(), prompts)));
        List<Conversation> data = new ArrayList<>(chats.kind(prompts)); // else it would learn to refuse everything
        outcomes.stream().filter(Outcome::isKept).map(Outcome::conversation).forEach(data::add);
        Path distilled = ToyModel.tune(chat, data, size.epochs(), seed, directory.resolve("distilled"));

        int asked = Math.min(200, size.questions());
        return new Result(
                mean(outcomes, Outcome::originalScore),
                mean(outcomes, Outcome::distilledScore),
                mean(outcomes, outcome -> outcome.isKept() ? 1 : 0),
                ToyModel.withAnswers(chat, model -> chats.safety(model, asked)),
                ToyModel.withAnswers(distilled, model -> chats.safety(model, asked)),
                ToyModel.withAnswers(chat, model -> chats.falseRefusals(model, asked)),
                ToyModel.withAnswers(distilled, model -> chats.falseRefusals(model, asked)));
    }

    private static double mean(List<Outcome> outcomes, ToDoubleFunction<Outcome> score) {
        return outcomes.stream().mapToDouble(score).average().orElse(0);
    }
}
