package dev.cria.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.cria.core.config.ConfigText;
import dev.cria.model.LlamaPresets;
import dev.cria.pretrain.PretrainConfig;
import dev.cria.rlhf.iterate.RlhfConfig;
import dev.cria.rlhf.ppo.PpoConfig;
import dev.cria.rlhf.reward.RewardConfig;
import dev.cria.sft.SftConfig;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The page {@code docs/configuration.md}, made from the configuration records, their defaults and their Javadoc. */
final class ConfigurationReference {
    /** The configurations of the commands, by name. */
    private static final Map<String, Record> COMMANDS = new LinkedHashMap<>();

    static {
        COMMANDS.put("pretrain", PretrainConfig.defaults());
        COMMANDS.put("sft", SftConfig.defaults());
        COMMANDS.put("reward", RewardConfig.defaults());
        COMMANDS.put("ppo", PpoConfig.defaults());
        COMMANDS.put("rlhf", RlhfConfig.defaults());
    }

    /** Where a record stands: its key in each command, with the defaults there. */
    private record Use(String command, String key, JsonNode defaults) {}

    private final Map<Class<?>, List<Use>> uses = new LinkedHashMap<>();
    private final Set<String> keys = new TreeSet<>();

    ConfigurationReference() {
        COMMANDS.forEach((command, defaults) -> collect(command, "", defaults.getClass(), ConfigText.toJson(defaults)));
    }

    /** Every key of every command. */
    Set<String> keys() {
        return keys;
    }

    /** The page. */
    String markdown() {
        StringBuilder page = new StringBuilder("""
                # Configuration

                Every key of every configuration, with its default. Made from the records and their Javadoc, not written by hand.

                `--config FILE` reads YAML or JSON, `--set key=value` overrides a key, later ones win; lists are replaced whole. A key that
                does not exist is an error that names the nearest one. `--print-config` prints what a command would run with, and every run
                keeps that in its `config.yaml`. `model.preset` takes the sizes of a named model (%s), `preset` of `cria ppo`
                the paper's settings (%s); other keys override them. An empty default means that there is none.

                """.formatted(
                        names(LlamaPresets.names()), names(PpoConfig.presets().names())));
        uses.forEach((type, places) -> section(page, type, places));
        return page.toString().stripTrailing() + "\n";
    }

    private static String names(List<String> names) {
        return names.stream().map(name -> "`" + name + "`").collect(Collectors.joining(", "));
    }

    private void collect(String command, String key, Class<?> type, JsonNode defaults) {
        boolean known = COMMANDS.values().stream().anyMatch(config -> config.getClass() == type);
        if (known && !key.isEmpty()) {
            addKeys(key, type);
            return; // a command's whole configuration inside that of rlhf: it has a section
        }
        uses.computeIfAbsent(type, any -> new ArrayList<>()).add(new Use(command, key, defaults));
        for (RecordComponent component : type.getRecordComponents()) {
            String inner = key.isEmpty() ? component.getName() : key + "." + component.getName();
            keys.add(inner);
            @Nullable Class<?> nested = record(component.getGenericType());
            if (nested != null) {
                collect(command, inner, nested, defaults.path(component.getName()));
            }
        }
    }

    private void addKeys(String key, Class<?> type) {
        for (RecordComponent component : type.getRecordComponents()) {
            String inner = key + "." + component.getName();
            keys.add(inner);
            @Nullable Class<?> nested = record(component.getGenericType());
            if (nested != null) {
                addKeys(inner, nested);
            }
        }
    }

    /** The record that a component holds, or a list of; null for none. */
    private static @Nullable Class<?> record(Type type) {
        if (type instanceof ParameterizedType list) {
            return record(list.getActualTypeArguments()[0]);
        }
        return type instanceof Class<?> plain && plain.isRecord() ? plain : null;
    }

    private void section(StringBuilder page, Class<?> type, List<Use> places) {
        page.append("## ").append(title(type)).append("\n\n");
        if (!places.get(0).key().isEmpty()) {
            String commands = places.stream()
                    .map(use -> "`cria " + use.command() + "`")
                    .distinct()
                    .collect(Collectors.joining(", "));
            page.append("In ").append(commands).append(". ");
        }
        page.append(new RecordJavadoc(type).summary()).append("\n\n");
        page.append("| key | type | default | |\n| --- | --- | --- | --- |\n");
        Map<String, String> descriptions = new RecordJavadoc(type).parameters();
        for (RecordComponent component : type.getRecordComponents()) {
            String name = component.getName();
            String prefixes = places.stream()
                    .map(use -> use.key().isEmpty() ? "" : use.key() + ".")
                    .distinct()
                    .map(prefix -> "`" + prefix + name + "`")
                    .collect(Collectors.joining(", "));
            page.append("| %s | %s | %s | %s |%n"
                    .formatted(prefixes, type(component), defaults(places, component), descriptions.get(name)));
        }
        page.append('\n');
    }

    private String title(Class<?> type) {
        List<Use> places = uses.get(type);
        String key = places.get(0).key();
        if (key.isEmpty()) {
            return "cria " + places.get(0).command();
        }
        boolean shared = uses.entrySet().stream()
                .anyMatch(other -> other.getKey() != type
                        && other.getValue().stream().anyMatch(use -> use.key().equals(key)));
        String commands = places.stream().map(Use::command).distinct().collect(Collectors.joining(", "));
        return shared ? key + " of " + commands : key;
    }

    private String type(RecordComponent component) {
        return type(component.getGenericType());
    }

    private String type(Type type) {
        if (type instanceof ParameterizedType list) {
            return "list: " + type(list.getActualTypeArguments()[0]);
        }
        Class<?> plain = (Class<?>) type;
        if (plain.isRecord()) {
            String title = title(plain);
            String anchor =
                    title.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9 -]", "").replace(' ', '-');
            return "[" + title + "](#" + anchor + ")";
        }
        if (plain.isEnum()) {
            return Stream.of(plain.getEnumConstants())
                    .map(constant -> "`" + ((Enum<?>) constant).name().toLowerCase(Locale.ROOT) + "`")
                    .collect(Collectors.joining(", "));
        }
        if (plain == Path.class) {
            return "path";
        }
        if (plain == String.class) {
            return "text";
        }
        if (plain == boolean.class || plain == Boolean.class) {
            return "`true`, `false`";
        }
        return plain == double.class || plain == Double.class ? "number" : "integer";
    }

    private static String defaults(List<Use> places, RecordComponent component) {
        Map<String, Set<String>> commands = new LinkedHashMap<>();
        for (Use use : places) {
            JsonNode value = use.defaults().path(component.getName());
            String text = value.isValueNode() && !value.isNull() ? "`" + value.asText() + "`" : list(value);
            commands.computeIfAbsent(text, any -> new LinkedHashSet<>())
                    .add(use.key().isEmpty() || places.size() == 1 ? use.command() : place(use, places));
        }
        if (commands.size() == 1) {
            return commands.keySet().iterator().next();
        }
        return commands.entrySet().stream()
                .map(entry -> entry.getKey() + " (" + String.join(", ", entry.getValue()) + ")")
                .collect(Collectors.joining(", "));
    }

    /** What tells a use from the others: the command, and the key where the command has two. */
    private static String place(Use use, List<Use> places) {
        long same = places.stream()
                .filter(other -> other.command().equals(use.command()))
                .count();
        return same == 1 ? use.command() : use.command() + " `" + use.key() + "`";
    }

    private static String list(JsonNode value) {
        return value.isArray() ? "`" + value + "`" : "";
    }
}
