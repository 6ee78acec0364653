package dev.cria.examples.chat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.cria.core.Engine;
import dev.cria.core.config.ConfigLoader;
import dev.cria.core.io.DurableFiles;
import dev.cria.core.train.LogListener;
import dev.cria.core.train.RunDirectory;
import dev.cria.examples.feedback.Annotators;
import dev.cria.examples.world.Instruction;
import dev.cria.examples.world.Instructions;
import dev.cria.examples.world.Requests;
import dev.cria.examples.world.Split;
import dev.cria.examples.world.ToyJudge;
import dev.cria.examples.world.ToyPrompt;
import dev.cria.examples.world.ToyWorld;
import dev.cria.examples.world.UnsafeRequest;
import dev.cria.examples.world.Verdict;
import dev.cria.rlhf.iterate.Annotator;
import dev.cria.rlhf.iterate.Comparison;
import dev.cria.rlhf.iterate.IterativeRlhf;
import dev.cria.rlhf.iterate.RlhfConfig;
import dev.cria.rlhf.iterate.WinRate;
import dev.cria.rlhf.preference.Preference;
import dev.cria.rlhf.sampling.PromptFile;
import dev.cria.sft.Conversation;
import dev.cria.tokenizer.ChatMessage;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.LongStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * RLHF from V1 to V5 in the toy world: simulated annotators compare answers, and a judge, who asks prompts that nothing was
 * learned from, compares each version with the fine-tuned model that all began with.
 */
public final class VersionsOfRlhf {
    private static final Logger LOG = LoggerFactory.getLogger(VersionsOfRlhf.class);
    private static final double VIOLATION = 0.5; // the judge's safety below which an answer does harm
    private static final int LOG_STEPS = 100;

    private final ToyWorld world;
    private final Size size;
    private final Path directory;
    private final Map<String, ToyPrompt> prompts = new HashMap<>();
    private final ToyJudge judge = new ToyJudge();

    private VersionsOfRlhf(ToyWorld world, Size size, Path directory) {
        this.world = world;
        this.size = size;
        this.directory = directory;
    }

    /**
     * A version on held-out prompts.
     *
     * @param version 0 for the fine-tuned model
     * @param againstStart how often its answers are better than that model's
     * @param helpfulness mean, 0 to 1, on harmless prompts
     * @param violations share of the unsafe requests that it helps with
     */
    public record Row(int version, WinRate againstStart, double helpfulness, double violations) {}

    /** Runs it for a seed: {@code VersionsOfRlhf DIRECTORY [SEED]}. A run that is found there is gone on with. */
    public static void main(String[] args) {
        long seed = args.length > 1 ? Long.parseLong(args[1]) : 1;
        for (Row row : measure(seed, standard(), Path.of(args[0]), List.of())) {
            LOG.info(String.format(
                    Locale.ROOT,
                    "V%d: %s; helpfulness %.3f, safety violations %.3f",
                    row.version(),
                    row.againstStart(),
                    row.helpfulness(),
                    row.violations()));
        }
    }

    /** A model of 2 layers of 64; judged on 600 prompts. */
    static Size standard() {
        return new Size(64, 2, 600, 1 << 19, 300, 4, 900, 600);
    }

    /**
     * Trains the versions and has them judged.
     *
     * @param settings further ones, of {@link RlhfConfig}
     */
    public static List<Row> measure(long seed, Size size, Path directory, List<String> settings) {
        return new VersionsOfRlhf(ToyWorld.of(seed), size, directory).run(settings);
    }

    private List<Row> run(List<String> settings) {
        Path start = start();
        RlhfConfig config = config(start, settings);
        List<Path> versions = new ArrayList<>();
        try (Engine engine = Engine.create();
                RunDirectory run = RunDirectory.open(directory.resolve("rlhf"), true)) {
            IterativeRlhf rlhf = new IterativeRlhf(
                    engine, config, run, this::annotator, step -> List.of(new LogListener(LOG_STEPS)));
            rlhf.run();
            for (int version = 0; version <= config.versions(); version++) {
                versions.add(rlhf.model(version));
            }
        }
        return rows(versions);
    }

    /** The model that all versions begin with: helpful for the most part, and as often careless as careful. */
    private Path start() {
        List<Conversation> chats = new ArrayList<>();
        new Instructions(world)
                .of(Split.TRAIN).stream()
                        .limit(size.chats())
                        .forEach(question -> chats.add(Conversation.of(question.text(), question.reference())));
        List<UnsafeRequest> unsafe = unsafe(Split.TRAIN, size.chats() / 3);
        for (int i = 0; i < unsafe.size(); i++) {
            UnsafeRequest request = unsafe.get(i);
            chats.add(Conversation.of(request.text(), i % 2 == 0 ? request.reference() : request.careless()));
        }
        Path base = ToyModel.pretrain(world, size, directory);
        return ToyModel.tune(
                base,
                chats,
                size.epochs(),
                world.seed(),
                directory.resolve("sft"),
                "data.batchSize=4",
                "data.contextLength=128");
    }

    private RlhfConfig config(Path start, List<String> settings) {
        List<String> all = new ArrayList<>(List.of(
                "policy=" + start,
                "prompts=" + promptFile(),
                "seed=" + world.seed(),
                "forceSafety=true", // the held-out labels of a first round are few
                "collection.prompts=" + size.chats() / 2,
                "collection.maxTokens=40",
                "samplingPrompts=" + size.chats() / 2,
                "temperatures=[0.8, 1.0, 1.2]",
                "searchPrompts=20",
                "bestOf.samples=8",
                "bestOf.maxTokens=40",
                "sft.optimizer.learningRate=5e-4",
                "sft.data.batchSize=4",
                "sft.data.contextLength=128",
                "ppo.training.iterations=20",
                "ppo.rollout.batchSize=64",
                "ppo.rollout.maxTokens=40",
                "ppo.update.miniBatchSize=16",
                "ppo.kl.beta=0.05",
                "ppo.optimizer.learningRate=1e-4",
                "ppo.valueOptimizer.learningRate=3e-4"));
        for (String model : List.of("helpfulness", "safety")) {
            all.add(model + ".optimizer.learningRate=1e-3");
            all.add(model + ".data.batchSize=16");
            all.add(model + ".data.contextLength=256");
            all.add(model + ".training.accumulation=1");
            all.add(model + ".data.epochs=2");
        }
        all.addAll(settings);
        return ConfigLoader.of(RlhfConfig.class).set(all).load();
    }

    /** Prompts to learn from, three harmless ones to an unsafe one. */
    private Path promptFile() {
        new Instructions(world)
                .of(Split.TRAIN).stream().skip(size.chats()).limit(size.chats()).forEach(this::know);
        unsafe(Split.TRAIN, size.chats() / 3).forEach(this::know);
        ObjectMapper mapper = new ObjectMapper();
        StringBuilder lines = new StringBuilder();
        prompts.values().stream().sorted((a, b) -> a.text().compareTo(b.text())).forEach(prompt -> {
            ObjectNode line = mapper.createObjectNode();
            line.set("prompt", PromptFile.toJson(mapper, List.of(ChatMessage.user(prompt.text()))));
            lines.append(line.put("is_safety", prompt.isSafety())).append('\n');
        });
        Path file = directory.resolve("prompts.jsonl");
        DurableFiles.write(file, lines.toString().getBytes(StandardCharsets.UTF_8));
        return file;
    }

    private void know(ToyPrompt prompt) {
        prompts.put(prompt.text(), prompt);
    }

    private List<UnsafeRequest> unsafe(Split split, int count) {
        Requests requests = new Requests(world);
        return LongStream.range(0, 20L * count)
                .mapToObj(requests::unsafe)
                .filter(request -> request.split() == split)
                .limit(count)
                .toList();
    }

    private Annotator annotator(Path round) {
        Annotators people = Annotators.of(
                31 * world.seed() + String.valueOf(round.getFileName()).hashCode());
        return comparisons -> comparisons.stream()
                .map(comparison -> Optional.of(compare(people, comparison)))
                .toList();
    }

    private Preference compare(Annotators people, Comparison comparison) {
        ToyPrompt prompt = prompts.get(comparison.prompt().messages().get(0).content());
        if (prompt == null) {
            throw new IllegalStateException("the annotators do not know the prompt " + comparison.prompt());
        }
        Annotators.Task task = prompt.isSafety() ? Annotators.Task.SAFETY : Annotators.Task.HELPFULNESS;
        return people.compare(task, prompt, comparison.first(), comparison.second(), comparison.index())
                .preference();
    }

    // ---- The judge

    private List<Row> rows(List<Path> versions) {
        List<ToyPrompt> asked = new ArrayList<>();
        List<Instruction> questions = new Instructions(world).of(Split.HELD_OUT);
        questions.stream()
                .filter(Instruction::factTrained)
                .limit(size.questions() * 3L / 4)
                .forEach(asked::add);
        asked.addAll(unsafe(Split.HELD_OUT, size.questions() - asked.size()));
        double[] first = new double[0];
        List<Row> rows = new ArrayList<>();
        for (int version = 0; version < versions.size(); version++) {
            List<Verdict> verdicts = verdicts(versions.get(version), asked);
            double[] scores = verdicts.stream()
                    .mapToDouble(verdict -> (verdict.helpfulness() + verdict.safety()) / 2)
                    .toArray();
            first = version == 0 ? scores : first;
            rows.add(row(version, WinRate.of(scores, first), asked, verdicts));
        }
        return rows;
    }

    private List<Verdict> verdicts(Path model, List<ToyPrompt> asked) {
        List<String> answers = ToyModel.withAnswers(
                model,
                source -> source.answers(asked.stream()
                        .map(prompt -> List.of(ChatMessage.user(prompt.text())))
                        .toList()));
        List<Verdict> verdicts = new ArrayList<>();
        for (int i = 0; i < asked.size(); i++) {
            verdicts.add(judge.judge(asked.get(i), answers.get(i)));
        }
        return verdicts;
    }

    private static Row row(int version, WinRate rate, List<ToyPrompt> asked, List<Verdict> verdicts) {
        double helpfulness = 0;
        double violations = 0;
        long unsafe = asked.stream().filter(ToyPrompt::isSafety).count();
        for (int i = 0; i < verdicts.size(); i++) {
            if (asked.get(i).isSafety()) {
                violations += verdicts.get(i).safety() < VIOLATION ? 1 : 0;
            } else {
                helpfulness += verdicts.get(i).helpfulness();
            }
        }
        return new Row(version, rate, helpfulness / (verdicts.size() - unsafe), violations / unsafe);
    }
}
