package dev.cria.core.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ConfigLoaderTest {
    public enum Precision {
        FP32,
        BF16
    }

    public record Model(int layers, double rate) {
        public Model {
            if (layers < 1) {
                throw new IllegalArgumentException("layers must be at least 1, is " + layers);
            }
        }

        public static Model defaults() {
            return new Model(4, 0.1);
        }
    }

    public record Source(Path path, double weight) {}

    public record Config(
            String title,
            Model model,
            Precision precision,
            long steps,
            boolean shuffle,
            float scale,
            List<Path> input,
            List<Source> sources,
            Map<String, Integer> limits,
            @Nullable String note,
            JsonNode extra) {
        public Config {
            if (steps < model.layers()) {
                throw new IllegalArgumentException("fewer steps than layers");
            }
        }

        public static Config defaults() {
            return new Config(
                    "untitled",
                    new Model(8, 0.1),
                    Precision.FP32,
                    1000,
                    true,
                    1.5f,
                    List.of(),
                    List.of(),
                    Map.of(),
                    null,
                    JsonNodeFactory.instance.objectNode());
        }
    }

    public record Required(int count, Model model, @Nullable Integer limit) {}

    private static final String FULL = """
            title: 2024
            model: {layers: 3, rate: 3e-4}
            precision: bf16
            steps: 1e6
            shuffle: false
            scale: 2
            input: [a.txt, b.txt]
            sources:
              - path: c
                weight: 0.5
            limits:
              x: 1
            note: "hello: world"
            extra: {any: [1, two]}
            """;

    @TempDir
    Path directory;

    private static ConfigLoader<Config> loader() {
        return ConfigLoader.of(Config.class);
    }

    private static Config yaml(String text) {
        return loader().yaml("c.yaml", text).load();
    }

    @Test
    void anEmptyConfigurationIsTheDefaults() {
        assertThat(loader().load()).isEqualTo(Config.defaults());
        assertThat(yaml("")).isEqualTo(Config.defaults());
        assertThat(yaml("# nothing\n")).isEqualTo(Config.defaults());
    }

    @Test
    void everyKeyIsRead() {
        JsonNodeFactory json = JsonNodeFactory.instance;
        Config config = yaml(FULL);
        assertThat(config.extra().toString()).isEqualTo("{\"any\":[1,\"two\"]}");
        assertThat(config)
                .usingRecursiveComparison()
                .ignoringFields("extra")
                .isEqualTo(new Config(
                        "2024",
                        new Model(3, 3e-4),
                        Precision.BF16,
                        1_000_000,
                        false,
                        2f,
                        List.of(Path.of("a.txt"), Path.of("b.txt")),
                        List.of(new Source(Path.of("c"), 0.5)),
                        Map.of("x", 1),
                        "hello: world",
                        json.objectNode()));
    }

    @Test
    void theResolvedConfigurationReadsBackAsItself() {
        Config config = yaml(FULL);
        assertThat(ConfigText.toYaml(config)).contains("title: \"2024\"", "rate: 0.0003\n", "steps: 1000000\n");
        assertThat(yaml(ConfigText.toYaml(config))).isEqualTo(config);
        assertThat(loader().json("state", ConfigText.toJson(config)).load()).isEqualTo(config);
    }

    @ParameterizedTest
    @ValueSource(doubles = {0, -0.1, 1e-30, 1.7976931348623157e308, 4.9e-324, 123456789.125, 1e22, 0.1f})
    void numbersReadBackExactly(double rate) {
        String text = ConfigText.toYaml(new Model(1, rate));
        assertThat(ConfigLoader.of(Model.class).yaml("x", text).load().rate()).isEqualTo(rate);
    }

    @Test
    void aMissingKeyOfANestedRecordTakesTheOuterDefault() {
        assertThat(yaml("model: {rate: 1}").model()).isEqualTo(new Model(8, 1));
    }

    @Test
    void laterLayersWinKeyByKey() throws IOException {
        Path file = Files.writeString(directory.resolve("c.json"), "{\"model\":\t{\"layers\": 2}, \"steps\": 50}");
        Config config = loader().file(file)
                .set(List.of("steps=70", "model.rate=2e-1", "input=[x,y]", "title=a=b", "note="))
                .load();
        assertThat(config.model()).isEqualTo(new Model(2, 0.2));
        assertThat(config.steps()).isEqualTo(70);
        assertThat(config.input()).containsExactly(Path.of("x"), Path.of("y"));
        assertThat(config.title()).isEqualTo("a=b");
        assertThat(config.note()).isEmpty();
        assertThat(loader().set("input=one.txt").load().input()).containsExactly(Path.of("one.txt"));
    }

    @Test
    void aPresetStandsUnderTheOtherKeys() {
        Presets presets = Presets.resources(ConfigLoaderTest.class, "presets", "small");
        ConfigLoader<Config> loader = loader().presets("model", presets);
        assertThat(loader.set("model.layers=6").set("model.preset=small").load().model())
                .isEqualTo(new Model(6, 0.5));
        assertThatThrownBy(() -> loader.set("model.preset=big").load())
                .isInstanceOf(ConfigException.class)
                .hasMessage("--set model.preset=big: there is no preset \"big\"; there are small");
        assertThat(ConfigLoader.of(Model.class)
                        .presets("", presets)
                        .set("preset=small")
                        .load())
                .isEqualTo(new Model(2, 0.5));
    }

    @Test
    void withoutDefaultsAKeyIsRequiredUnlessItMayBeNull() {
        assertThat(ConfigLoader.of(Required.class).set("count=1").load())
                .isEqualTo(new Required(1, Model.defaults(), null));
        assertThatThrownBy(() -> ConfigLoader.of(Required.class)
                        .yaml("r.yaml", "limit: 2")
                        .load())
                .hasMessage("r.yaml: key count is required; set it in the file or by --set count=...");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\0',
            value = {
                "model: {layer: 3}|c.yaml:2: unknown key model.layer; did you mean model.layers?",
                "Steps: 3|c.yaml:2: unknown key Steps; did you mean steps?",
                "layers: 3|c.yaml:2: unknown key layers; did you mean model.layers?",
                "zebra: 3|c.yaml:2: unknown key zebra; known keys: title, model, precision, steps",
                "sources: [{path: a, wait: 1}]|c.yaml:2: unknown key sources[0].wait; known keys: path, weight",
                "steps: many|c.yaml:2: steps must be a whole number, is \"many\"",
                "steps: 1.5|c.yaml:2: steps must be a whole number, is 1.5",
                "model: {layers: 3000000000}|c.yaml:2: model.layers must be a whole number from -2147483648 to 2147483647",
                "model: {rate: .inf}|c.yaml:2: model.rate must be a number, is \".inf\"",
                "model: {rate: 1e999}|c.yaml:2: model.rate must be a finite number, is 1E+999",
                "model: 3|c.yaml:2: model must hold keys (layers, rate), is 3",
                "shuffle: maybe|c.yaml:2: shuffle must be true or false, is \"maybe\"",
                "precision: fp8|c.yaml:2: precision must be one of fp32, bf16, is \"fp8\"",
                "limits: {x: y}|c.yaml:2: limits.x must be a whole number, is \"y\"",
                "limits: 3|c.yaml:2: limits must hold names with values, is 3",
                "input: [{a: b}]|c.yaml:2: input[0] must be a path, is an object",
                "title: [a]|c.yaml:2: title must be text, is a list",
                "title:|c.yaml:2: title must have a value, is empty",
                "model: {layers: 0}|c.yaml:2: model.layers must be at least 1, is 0",
                "steps: 1|c.yaml: fewer steps than layers",
                "steps: 1, x|c.yaml:2: steps must be a whole number, is \"1, x\"",
                "- a|c.yaml: it holds no keys with values",
                "hello|c.yaml: it holds no keys with values",
                "a: [|c.yaml:2: it is no valid YAML: while parsing a flow node: expected the node content, but found",
            })
    void errorsNamePlaceKeyAndMending(String line, String message) {
        assertThatThrownBy(() -> yaml("# first line\n" + line + "\n"))
                .isInstanceOf(ConfigException.class)
                .hasMessageStartingWith(message)
                .hasMessageNotContaining("\n");
    }

    @Test
    void aKeyMayNotStandTwice() {
        assertThatThrownBy(() -> yaml("steps: 100\nsteps: 200\n"))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("c.yaml:2: ")
                .hasMessageContaining("steps");
    }

    @Test
    void errorsInSettingsNameTheSetting() {
        assertThatThrownBy(() -> loader().set("steps=x").load())
                .hasMessage("--set steps=x: steps must be a whole number, is \"x\"");
        assertThatThrownBy(() -> loader().set("model.lairs=1").load())
                .hasMessageContaining("did you mean model.layers?");
        for (String malformed : List.of("steps", "=1", ".a=1", "a..b=1", "")) {
            assertThatThrownBy(() -> loader().set(malformed))
                    .isInstanceOf(ConfigException.class)
                    .hasMessageContaining("write it as KEY=VALUE");
        }
    }

    @Test
    void saysThatAFileIsMissingOrNotText() throws IOException {
        assertThatThrownBy(() -> loader().file(directory.resolve("none.yaml")))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageContaining("no such file or directory");
        Path binary = Files.write(directory.resolve("b.yaml"), new byte[] {(byte) 0xff, (byte) 0xfe, 0});
        assertThatThrownBy(() -> loader().file(binary))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("UTF-8");
    }

    @Test
    void damagedTextGivesAnErrorOrAConfigurationNeverACrash() {
        long seed = 20260;
        Random random = new Random(seed);
        for (int i = 0; i < 2000; i++) {
            byte[] bytes = FULL.getBytes(StandardCharsets.UTF_8);
            for (int change = random.nextInt(4); change >= 0; change--) {
                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(128);
            }
            String text = new String(bytes, StandardCharsets.UTF_8);
            try {
                yaml(text);
            } catch (ConfigException e) {
                assertThat(e).hasMessageNotContaining("\n");
            } catch (RuntimeException e) {
                throw new AssertionError("seed " + seed + ", text " + i + ":\n" + text, e);
            }
        }
    }
}
