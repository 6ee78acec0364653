package dev.cria.core.config;

import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** The keys of a configuration, to say which one was meant. */
final class KnownKeys {
    private KnownKeys() {}

    /**
     * What to say about an unknown key: the nearest key of the same object, else one of the same name elsewhere, else
     * the object's keys.
     *
     * @param root the whole configuration's type
     * @param type the object's type
     * @param path the object's path
     * @param name the unknown name
     */
    static String hint(Class<?> root, Class<?> type, String path, String name) {
        List<String> siblings = Records.names(type);
        String nearest = siblings.stream()
                .min(Comparator.comparingInt(known -> distance(plain(known), plain(name))))
                .orElse("");
        if (!siblings.isEmpty() && distance(plain(nearest), plain(name)) <= Math.max(1, name.length() / 2)) {
            return "did you mean " + ConfigTree.join(path, nearest) + "?";
        }
        List<String> all = new ArrayList<>();
        collect(root, "", new HashSet<>(), all);
        return all.stream()
                .filter(key -> plain(key.substring(key.lastIndexOf('.') + 1)).equals(plain(name)))
                .findFirst()
                .map(key -> "did you mean " + key + "?")
                .orElse("known keys: " + String.join(", ", siblings));
    }

    private static void collect(Class<?> type, String path, Set<Class<?>> around, List<String> keys) {
        if (!around.add(type)) {
            return;
        }
        for (RecordComponent component : type.getRecordComponents()) {
            String key = ConfigTree.join(path, component.getName());
            keys.add(key);
            if (component.getType().isRecord()) {
                collect(component.getType(), key, around, keys);
            }
        }
        around.remove(type);
    }

    private static String plain(String name) {
        return name.toLowerCase(Locale.ROOT).replaceAll("[_-]", "");
    }

    /** Levenshtein's distance. */
    private static int distance(String a, String b) {
        int[] row = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            row[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int replaced = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(replaced, 1 + Math.min(row[j], row[j - 1]));
            }
        }
        return row[b.length()];
    }
}
