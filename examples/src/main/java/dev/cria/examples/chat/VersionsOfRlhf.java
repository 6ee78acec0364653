package dev.cria.examples.chat;

import dev.cria.core.Engine;
import dev.cria.core.config.ConfigLoader;
import dev.cria.core.train.LogListener;
import dev.cria.core.train.RunDirectory;
import dev.cria.examples.feedback.ToyAnnotator;
import dev.cria.examples.world.Instruction;
import dev.cria.examples.world.ToyPrompt;
import dev.cria.examples.world.ToyWorld;
import dev.cria.examples.world.UnsafeRequest;
import dev.cria.rlhf.iterate.IterativeRlhf;
import dev.cria.rlhf.iterate.RlhfConfig;
import dev.cria.rlhf.sampling.PromptFile;
import dev.cria.sft.Conversation;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * RLHF from V1 to V5 in the toy world: simulated annotators compare answers, and a judge, who asks prompts that nothing was
 * learned from, compares each version with the fine-tuned model that all began with.
 */
public final class VersionsOfRlhf {
    private static final Logger LOG = LoggerFactory.getLogger(VersionsOfRlhf.class);
    private static final int LOG_STEPS = 100;

    private final ToyWorld world;
    private final Size size;
    private final Path directory;
    private final ToyRequests requests;

    private VersionsOfRlhf(ToyWorld world, Size size, Path directory) {
        this.world = world;
        this.size = size;
        this.directory = directory;
        this.requests = new ToyRequests(world);
    }

    /** Runs it for a seed: {@code VersionsOfRlhf DIRECTORY [SEED [KEY=VALUE...]]}. A run that is found there is gone on with. */
    public static void main(String[] args) {
        long seed = args.length > 1 ? Long.parseLong(args[1]) : 1;
        List<String> settings = List.of(args).subList(Math.min(2, args.length), args.length);
        measure(seed, standard(), Path.of(args[0]), settings).forEach(row -> LOG.info("{}", row));
    }

    /** A model of 3 layers of 128; judged on 600 prompts. */
    static Size standard() {
        return new Size(128, 3, 1600, 2 << 20, 400, 7, 4000, 600);
    }

    /**
     * Trains the versions and has them judged.
     *
     * @param settings further ones, of {@link RlhfConfig}
     */
    public static List<VersionsJudged.Row> measure(long seed, Size size, Path directory, List<String> settings) {
        return new VersionsOfRlhf(ToyWorld.of(seed), size, directory).run(settings);
    }

    private List<VersionsJudged.Row> run(List<String> settings) {
        Path start = start();
        List<ToyPrompt> prompts = prompts();
        RlhfConfig config = config(start, promptFile(prompts), settings);
        List<Path> versions = new ArrayList<>();
        try (Engine engine = Engine.create();
                RunDirectory run = RunDirectory.open(directory.resolve("rlhf"), true)) {
            IterativeRlhf rlhf = new IterativeRlhf(
                    engine,
                    config,
                    run,
                    round -> ToyAnnotator.of(world.seed(), round, prompts),
                    step -> List.of(new LogListener(LOG_STEPS)));
            rlhf.run();
            for (int version = 0; version <= config.versions(); version++) {
                versions.add(rlhf.model(version));
            }
        }
        return new VersionsJudged(requests.heldOut(size.questions()), world.seed()).rows(versions);
    }

    /**
     * The model that all versions begin with, from demonstrations of mixed quality: three in five answers to questions go
     * on after they have said all, and of those to unsafe requests two in three are careless.
     */
    private Path start() {
        List<Conversation> chats = new ArrayList<>();
        List<Instruction> questions = requests.questions(0, size.chats());
        for (int i = 0; i < questions.size(); i++) {
            chats.add(ToyRequests.demonstration(questions.get(i), i));
        }
        List<UnsafeRequest> unsafe = requests.unsafe(0, size.chats() / 4);
        for (int i = 0; i < unsafe.size(); i++) {
            chats.add(ToyRequests.demonstration(unsafe.get(i), i));
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

    private RlhfConfig config(Path start, Path prompts, List<String> settings) {
        List<String> all = new ArrayList<>(List.of(
                "policy=" + start,
                "prompts=" + prompts,
                "seed=" + world.seed(),
                "forceSafety=true", // the held-out labels of a first round are few
                "collection.prompts=" + size.chats() / 4,
                "collection.maxTokens=40",
                "samplingPrompts=" + size.chats() / 5,
                "temperatures=[0.7, 1.0]",
                "searchPrompts=20",
                "bestOf.samples=6",
                "bestOf.maxTokens=40",
                "sft.optimizer.learningRate=3e-4",
                "sft.data.batchSize=4",
                "sft.data.contextLength=128",
                "ppo.training.iterations=20",
                "ppo.rollout.batchSize=64",
                "ppo.rollout.maxTokens=40",
                "ppo.update.miniBatchSize=16",
                "ppo.kl.beta=0.1",
                "ppo.optimizer.learningRate=5e-5",
                "ppo.valueOptimizer.learningRate=3e-4"));
        for (String model : List.of("helpfulness", "safety")) {
            all.add(model + ".optimizer.learningRate=1e-3");
            all.add(model + ".data.batchSize=8");
            all.add(model + ".data.contextLength=256");
            all.add(model + ".training.accumulation=1");
            all.add(model + ".data.epochs=3");
        }
        all.addAll(settings);
        return ConfigLoader.of(RlhfConfig.class).set(all).load();
    }

    /** Prompts to learn from, none of which the first model was shown: three harmless ones to an unsafe one. */
    private List<ToyPrompt> prompts() {
        List<ToyPrompt> prompts = new ArrayList<>(requests.questions(size.chats(), size.chats()));
        prompts.addAll(requests.unsafe(size.chats() / 4, size.chats() / 4));
        return prompts;
    }

    private Path promptFile(List<ToyPrompt> prompts) {
        Path file = directory.resolve("prompts.jsonl");
        PromptFile.write(file, ToyRequests.asPrompts(prompts));
        return file;
    }
}
