package dev.cria.model.parity;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;

/** The largest differences found, by quantity and engine, as a table for {@code docs/parity.md}. */
final class Differences {
    private final Map<String, Map<String, Double>> largest = new LinkedHashMap<>();

    /** max abs(a - b). */
    static double absolute(float[] a, float[] b) {
        if (a.length != b.length) {
            throw new AssertionError(a.length + " numbers against " + b.length);
        }
        double max = 0;
        for (int i = 0; i < a.length; i++) {
            double difference = Math.abs((double) a[i] - b[i]);
            max = difference > max || Double.isNaN(difference) ? difference : max;
        }
        return max;
    }

    /** max abs(a - b) / max abs(b). */
    static double relative(float[] a, float[] b) {
        return absolute(a, b) / Math.max(absolute(b, new float[b.length]), Float.MIN_NORMAL);
    }

    static double relative(double a, double b) {
        return Math.abs(a - b) / Math.abs(b);
    }

    /** Notes a difference and hands it back. */
    double note(String quantity, String engine, double difference) {
        largest.computeIfAbsent(quantity, q -> new LinkedHashMap<>()).merge(engine, difference, Math::max);
        return difference;
    }

    /** The table in Markdown. */
    String table() {
        TreeSet<String> engines = new TreeSet<>();
        largest.values().forEach(row -> engines.addAll(row.keySet()));
        StringBuilder table = new StringBuilder("| quantity | " + String.join(" | ", engines) + " |\n| --- |");
        engines.forEach(engine -> table.append(" --- |"));
        largest.forEach((quantity, row) -> {
            table.append("\n| ").append(quantity).append(" |");
            engines.forEach(engine -> table.append(
                    row.containsKey(engine) ? String.format(Locale.ROOT, " %.1e |", row.get(engine)) : " |"));
        });
        return table.append('\n').toString();
    }
}
