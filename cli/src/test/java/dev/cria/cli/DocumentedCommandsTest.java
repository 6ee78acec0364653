package dev.cria.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cria.cli.Checkout.Result;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** What README and docs tell users to type works: every command of a shell block runs, in the order of the documents. */
class DocumentedCommandsTest {
    /** Lines of shell blocks that are not run here, and why. Each pattern must still be needed. */
    private static final Map<String, String> NOT_RUN = Map.of(
            "mvn .*|CRIA_PYTHON=python3 mvn .*", "builds this project, whose build runs this test",
            "(time )?python .*|pip .*", "needs PyTorch, Transformers or SentencePiece; the parity tests run the like",
            "bench/compare\\.sh", "needs PyTorch and a quiet machine",
            "java -cp \"bench/.*", "needs the jar of module bench, and minutes",
            "cp .*", "the files are there already",
            "./cria .*--backend (cuda|auto).*|./cria gpu",
                    "needs a GPU; GpuCommandTest runs them with and without one");

    /** What makes a command small, by what it begins with. The document's own words stand before it. */
    private static final Map<String, String> SMALLER = new LinkedHashMap<>();

    private static final String FEW_STEPS =
            "--set training.steps=2 --set data.batchSize=2 --set evaluation.everySteps=0 ";

    static {
        SMALLER.put(
                "pretrain (?!.*--resume)",
                FEW_STEPS + "--set data.contextLength=64 --set data.heldOut=0.01 --set model.hiddenSize=32"
                        + " --set model.intermediateSize=64 --set model.numHiddenLayers=1 --set model.numAttentionHeads=2"
                        + " --set model.numKeyValueHeads=2 --set model.maxPositionEmbeddings=2048");
        SMALLER.put("sft (?!--print)", FEW_STEPS + "--set data.answerSamples=0 --set data.contextLength=256");
        SMALLER.put(
                "reward ",
                "--set data.batchSize=2 --set training.accumulation=1 --set training.steps=2 --set data.heldOut=0.05"
                        + " --set data.heldOutMost=4");
        SMALLER.put("gatt-data |distill-data |evaluate-turns |compare |best-of ", "--max-tokens 4");
        SMALLER.put("best-of ", "--missing-eos keep");
        SMALLER.put(
                "ppo ",
                "--set training.iterations=1 --set rollout.batchSize=4 --set rollout.maxTokens=4"
                        + " --set update.miniBatchSize=2 --set data.heldOut=0.2");
        SMALLER.put(
                "rlhf ",
                "--set policy=runs/first --set versions=1 --set collection.prompts=6 --set collection.maxTokens=4"
                        + " --set temperatures=[] --set samplingPrompts=4 --set bestOf.samples=2 --set bestOf.maxTokens=4"
                        + " --set bestOf.missingEos=keep --set helpfulness.data.batchSize=2 --set helpfulness.training.steps=1"
                        + " --set sft.data.batchSize=2 --set sft.training.steps=1");
        SMALLER.put("recipe ", "--size tiny");
        SMALLER.put("tokenizer train ", "--vocab-size 400");
        SMALLER.put("bench train ", "--config XS --precision fp32 --steps 1 --warmup 0 --batch-size 1");
        SMALLER.put("bench decode ", "--config XS --tokens 4 --sequences 2 --prompt-length 8 --repeats 1 --warmup 0");
    }

    @TempDir
    private Path directory;

    @Test
    void everyFencedBlockNamesItsLanguage() {
        assertThat(Documents.blocks())
                .allMatch(
                        block -> List.of("sh", "java", "yaml", "json", "xml", "python", "text")
                                .contains(block.language()),
                        "its language is one of these");
    }

    @Test
    void everyCommandOfAShellBlockRuns() throws Exception {
        List<String> script = new ArrayList<>();
        Set<List<String>> seen = new HashSet<>();
        TreeSet<String> needed = new TreeSet<>();
        for (ShellLine line : shellLines()) {
            List<String> reasons =
                    NOT_RUN.keySet().stream().filter(line.text()::matches).toList();
            needed.addAll(reasons);
            if (reasons.isEmpty()) {
                assertThat(line.isCria())
                        .as("%s: '%s' is neither a command of Cria nor listed with a reason", line.place(), line.text())
                        .isTrue();
                List<String> words = smaller(line.arguments());
                if (seen.add(List.copyOf(words))) { // the recipe takes a minute, and stands in several documents
                    script.add(line.place());
                    script.addAll(words);
                    script.add("");
                }
            }
        }
        assertThat(needed).as("reasons that are needed").containsExactlyInAnyOrderElementsOf(NOT_RUN.keySet());

        DocumentFiles.write(directory);
        Path file = Files.write(directory.resolve("script"), script);
        Result result = Checkout.run(
                directory,
                Map.of("CRIA_TEST_DATA", "test-data", "OMP_NUM_THREADS", "1"),
                List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx1g",
                        "-XX:+UseSerialGC",
                        "--add-modules",
                        "jdk.incubator.vector",
                        "-Dorg.bytedeco.javacpp.maxPhysicalBytes=0",
                        "-cp",
                        System.getProperty("java.class.path"),
                        CommandScript.class.getName(),
                        file.toString()));
        assertThat(result.exitCode()).as("%s%s", result.err(), result.out()).isZero();
    }

    /** Commands in the running text, such as {@code `cria sft --model DIR`}, are only parsed. */
    @Test
    void everyOptionOfACommandInTheTextExists() {
        Pattern code = Pattern.compile("`(?:\\./)?cria ((?!COMMAND)[^`]+)`");
        List<String> wrong = new ArrayList<>();
        for (String document : Documents.all()) {
            Matcher matcher = code.matcher(String.join("\n", Documents.prose(document)));
            while (matcher.find()) {
                List<String> words =
                        List.of(matcher.group(1).replaceAll("[\\[\\]]", "").split("\\s+", -1));
                CommandLine command = Cria.commandLine();
                for (String word : words) {
                    if (word.startsWith("--")) {
                        if (command.getCommandSpec().findOption(word) == null) {
                            wrong.add(document + ": " + matcher.group() + " has no option " + word);
                        }
                    } else if (command.getSubcommands().containsKey(word)) {
                        command = command.getSubcommands().get(word);
                    }
                }
                if (command.getParent() == null && !words.get(0).startsWith("-")) {
                    wrong.add(document + ": no command " + matcher.group());
                }
            }
        }
        assertThat(wrong).isEmpty();
    }

    @Test
    void everyLinkLeadsToAFile() {
        Pattern link = Pattern.compile("\\]\\(([^)#:]+)(#[^)]*)?\\)");
        List<String> dead = new ArrayList<>();
        for (String document : Documents.all()) {
            Path from = Documents.root().resolve(document).getParent();
            Matcher matcher = link.matcher(String.join("\n", Documents.prose(document)));
            while (matcher.find()) {
                if (!Files.exists(from.resolve(matcher.group(1)))) {
                    dead.add(document + ": " + matcher.group(1));
                }
            }
        }
        assertThat(dead).isEmpty();
    }

    private static List<ShellLine> shellLines() {
        return Documents.blocks().stream()
                .filter(block -> block.language().equals("sh"))
                .flatMap(block -> ShellLine.of(block).stream())
                .toList();
    }

    private static List<String> smaller(List<String> words) {
        String command = String.join(" ", words) + " ";
        List<String> all = new ArrayList<>();
        words.forEach(word -> all.add(word.replace("$CRIA_TEST_DATA", "test-data")));
        SMALLER.forEach((begin, extra) -> {
            if (Pattern.compile(begin).matcher(command).lookingAt()) {
                Stream.of(extra.split(" ", -1)).forEach(all::add);
            }
        });
        return all;
    }
}
