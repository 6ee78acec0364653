package dev.cria.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

/** Every shipped configuration names its command in its comment; that command must understand it. */
class ShippedConfigsTest {
    private static final Pattern COMMAND = Pattern.compile("^# +\\./cria (\\w+) --config (\\S+)", Pattern.MULTILINE);

    @Test
    void everyConfigIsUnderstoodByItsCommand() throws IOException {
        Path root = Path.of("..").toRealPath();
        List<Path> configs;
        try (Stream<Path> files = Files.walk(root.resolve("examples/configs"))) {
            configs = files.filter(file -> file.toString().endsWith(".yaml"))
                    .sorted()
                    .toList();
        }

        assertThat(configs).hasSizeGreaterThanOrEqualTo(5);
        for (Path config : configs) {
            Matcher command = COMMAND.matcher(Files.readString(config));
            assertThat(command.find())
                    .as("a line '#   ./cria COMMAND --config FILE' in " + config)
                    .isTrue();
            assertThat(root.resolve(command.group(2))).isEqualTo(config);
            assertThat(run(command.group(1), "--config", config.toString(), "--print-config"))
                    .as(config.toString())
                    .isNotEmpty();
        }
    }

    /** The parameters and tokens of the paper's tables, and the CO2 of its table 2 for the GPU hours there. */
    @Test
    void thePlanOfLlama2Is7BIsThePapers() {
        Path config = Path.of("../examples/configs/llama2-7b.yaml");
        String plan = run("plan", "--config", config.toString(), "--flops-per-second", "1e14");

        assertThat(plan)
                .contains("6,738,415,616")
                .contains("tokens a step      4,194,304")
                .contains("1,999,999,336,448");
        double hours = number(plan, "device hours");
        double tons = number(plan, "CO2 equivalent");
        assertThat(tons / hours * 184_320).isCloseTo(31.22, org.assertj.core.data.Offset.offset(0.05));
    }

    @Test
    void aPlanHasTheVocabularyOfTheTokenizer() {
        String plan = run("plan", "--config", "../examples/configs/shakespeare-bytes.yaml");

        assertThat(number(plan, "parameters")).isEqualTo(836_992); // 258 tokens, not the preset's 32,000
    }

    private static double number(String plan, String line) {
        Matcher matcher = Pattern.compile(line + " +([\\d.,]+)").matcher(plan);
        assertThat(matcher.find()).isTrue();
        return Double.parseDouble(matcher.group(1).replace(",", ""));
    }

    private static String run(String... arguments) {
        StringWriter out = new StringWriter();
        StringWriter errors = new StringWriter();
        CommandLine command = Cria.commandLine().setOut(new PrintWriter(out)).setErr(new PrintWriter(errors));
        List<String> all = new ArrayList<>(List.of(arguments));
        assertThat(command.execute(all.toArray(String[]::new)))
                .as(errors.toString())
                .isZero();
        return out.toString();
    }
}
