package dev.cria.cli;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** A line chart as inline SVG; its colours come from the page's style. */
final class LineChart {
    private static final int WIDTH = 560;
    private static final int HEIGHT = 240;
    private static final int LEFT = 64;
    private static final int BOTTOM = 30;
    private static final int TOP = 12;
    private static final int RIGHT = 12;
    private static final int TICKS = 4;
    private static final int MOST_POINTS = 700;
    private static final int MOST_DOTS = 25;

    private final StringBuilder lines = new StringBuilder();
    private final double maxX;
    private final double minY;
    private final double maxY;

    /**
     * One curve.
     *
     * @param name for the legend; empty for none
     * @param style CSS class
     * @param x [n], rising
     * @param y [n]; not finite where there is no point
     */
    record Series(String name, String style, double[] x, double[] y) {}

    private LineChart(double maxX, double minY, double maxY) {
        this.maxX = maxX;
        this.minY = minY;
        this.maxY = maxY;
    }

    /** A chart of curves over one axis. */
    static String svg(String title, List<Series> series) {
        double maxX = 1;
        double minY = Double.POSITIVE_INFINITY;
        double maxY = Double.NEGATIVE_INFINITY;
        for (Series one : series) {
            for (int i = 0; i < one.x.length; i++) {
                if (Double.isFinite(one.y[i])) {
                    maxX = Math.max(maxX, one.x[i]);
                    minY = Math.min(minY, one.y[i]);
                    maxY = Math.max(maxY, one.y[i]);
                }
            }
        }
        if (!(minY < maxY)) {
            minY = Double.isFinite(minY) ? minY - 0.5 : 0;
            maxY = minY + 1;
        }
        LineChart chart = new LineChart(maxX, minY, maxY);
        chart.axes();
        series.forEach(chart::curve);
        return "<figure><figcaption>%s%s</figcaption><svg viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"%s\">%s</svg></figure>"
                .formatted(title, legend(series), WIDTH, HEIGHT, title, chart.lines);
    }

    private static String legend(List<Series> series) {
        StringBuilder legend = new StringBuilder();
        for (Series one : series) {
            if (!one.name.isEmpty() && one.x.length > 0) {
                legend.append(" <span class=\"key %s\">%s</span>".formatted(one.style, one.name));
            }
        }
        return legend.toString();
    }

    private void axes() {
        for (int i = 0; i <= TICKS; i++) {
            double y = minY + (maxY - minY) * i / TICKS;
            double x = maxX * i / TICKS;
            append(
                    "<line class=\"grid\" x1=\"%d\" x2=\"%d\" y1=\"%.1f\" y2=\"%.1f\"/>",
                    LEFT, WIDTH - RIGHT, toY(y), toY(y));
            append("<text x=\"%d\" y=\"%.1f\" class=\"y\">%s</text>", LEFT - 6, toY(y) + 4, number(y));
            append("<text x=\"%.1f\" y=\"%d\" class=\"x\">%s</text>", toX(x), HEIGHT - 8, count(x));
        }
    }

    private void curve(Series series) {
        int every = Math.max(1, series.x.length / MOST_POINTS);
        StringBuilder points = new StringBuilder();
        for (int i = 0; i < series.x.length; i++) {
            if (Double.isFinite(series.y[i]) && (i % every == 0 || i == series.x.length - 1)) {
                points.append(String.format(Locale.ROOT, "%.1f,%.1f ", toX(series.x[i]), toY(series.y[i])));
            }
        }
        dots(series);
        append(
                "<polyline class=\"%s\" points=\"%s\"/>",
                series.style, points.toString().strip());
    }

    /** Marks the points of a curve that has few, a single one perhaps. */
    private void dots(Series series) {
        if (Arrays.stream(series.y).filter(Double::isFinite).count() > MOST_DOTS) {
            return;
        }
        for (int i = 0; i < series.x.length; i++) {
            if (Double.isFinite(series.y[i])) {
                append(
                        "<circle class=\"%s\" cx=\"%.1f\" cy=\"%.1f\" r=\"2.4\"/>",
                        series.style, toX(series.x[i]), toY(series.y[i]));
            }
        }
    }

    private void append(String format, Object... values) {
        lines.append(String.format(Locale.ROOT, format, values));
    }

    private double toX(double x) {
        return LEFT + (WIDTH - LEFT - RIGHT) * x / maxX;
    }

    private double toY(double y) {
        return HEIGHT - BOTTOM - (HEIGHT - BOTTOM - TOP) * (y - minY) / (maxY - minY);
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
        return size >= 100 ? String.format(Locale.ROOT, "%.0f", value) : String.format(Locale.ROOT, "%.3g", value);
    }
}
