package dev.cria.cli.report;

import java.util.Locale;

/** The frame of a chart as inline SVG: from values to places, grid and ticks. */
final class Axes {
    static final int WIDTH = 560;
    static final int HEIGHT = 240;
    private static final int LEFT = 64;
    private static final int BOTTOM = 30;
    private static final int TOP = 12;
    private static final int RIGHT = 12;
    private static final int TICKS = 4;

    private final double minX;
    private final double maxX;
    private final double minY;
    private final double maxY;

    /** The smallest range that holds what was added. */
    static final class Range {
        private double min = Double.POSITIVE_INFINITY;
        private double max = Double.NEGATIVE_INFINITY;

        Range add(double value) {
            if (Double.isFinite(value)) {
                min = Math.min(min, value);
                max = Math.max(max, value);
            }
            return this;
        }

        /** A range of some width in any case. */
        Range widened() {
            if (!(min < max)) {
                min = Double.isFinite(min) ? min - 0.5 : 0;
                max = min + 1;
            }
            return this;
        }

        /** With room at both ends, a share of the width. */
        Range padded(double share) {
            double room = share * (max - min);
            min -= room;
            max += room;
            return this;
        }
    }

    Axes(Range x, Range y) {
        this.minX = x.min;
        this.maxX = x.max;
        this.minY = y.min;
        this.maxY = y.max;
    }

    double toX(double x) {
        return LEFT + (WIDTH - LEFT - RIGHT) * (x - minX) / (maxX - minX);
    }

    double toY(double y) {
        return HEIGHT - BOTTOM - (HEIGHT - BOTTOM - TOP) * (y - minY) / (maxY - minY);
    }

    /** Grid lines and numbers. */
    String svg() {
        StringBuilder lines = new StringBuilder();
        for (int i = 0; i <= TICKS; i++) {
            double y = minY + (maxY - minY) * i / TICKS;
            lines.append(String.format(
                    Locale.ROOT,
                    "<line class=\"grid\" x1=\"%d\" x2=\"%d\" y1=\"%.1f\" y2=\"%.1f\"/>",
                    LEFT,
                    WIDTH - RIGHT,
                    toY(y),
                    toY(y)));
            lines.append(String.format(
                    Locale.ROOT, "<text x=\"%d\" y=\"%.1f\" class=\"y\">%s</text>", LEFT - 6, toY(y) + 4, number(y)));
        }
        int columns = columns();
        for (int i = 0; i <= columns; i++) {
            double x = minX + (maxX - minX) * i / columns;
            lines.append(String.format(
                    Locale.ROOT, "<text x=\"%.1f\" y=\"%d\" class=\"x\">%s</text>", toX(x), HEIGHT - 8, count(x)));
        }
        return lines.toString();
    }

    /** Ticks at the whole numbers where these are few. */
    private int columns() {
        return minX == 0 && maxX == Math.rint(maxX) && maxX <= 2 * TICKS ? (int) maxX : TICKS;
    }

    /** A chart's figure around its drawing. */
    static String figure(String title, String legend, String drawing) {
        return "<figure><figcaption>%s%s</figcaption><svg viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"%s\">%s</svg></figure>"
                .formatted(title, legend, WIDTH, HEIGHT, title, drawing);
    }

    /** Steps are whole numbers; between few of them a tick may lie at a part. */
    private String count(double x) {
        return maxX >= 10 * TICKS ? String.format(Locale.ROOT, "%,.0f", x) : number(x);
    }

    private static String number(double value) {
        double size = Math.abs(value);
        if (size >= 10_000 || (size < 0.001 && size > 0)) {
            return String.format(Locale.ROOT, "%.1e", value);
        }
        if (value == Math.rint(value) && size < 100) {
            return String.format(Locale.ROOT, "%.0f", value);
        }
        return size >= 100 ? String.format(Locale.ROOT, "%.0f", value) : String.format(Locale.ROOT, "%.3g", value);
    }
}
