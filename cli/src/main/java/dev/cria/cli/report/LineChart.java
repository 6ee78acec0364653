package dev.cria.cli.report;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** A line chart as inline SVG; its colours come from the page's style. */
public final class LineChart {
    private static final int MOST_POINTS = 700;
    private static final int MOST_DOTS = 25;

    private LineChart() {}

    /**
     * One curve.
     *
     * @param name for the legend; empty for none
     * @param style CSS class
     * @param x [n], rising
     * @param y [n]; not finite where there is no point
     */
    public record Series(String name, String style, double[] x, double[] y) {}

    /** A chart of curves over one axis, which begins at 0. */
    public static String svg(String title, List<Series> series) {
        Axes.Range x = new Axes.Range().add(0).add(1);
        Axes.Range y = new Axes.Range();
        for (Series one : series) {
            for (int i = 0; i < one.x.length; i++) {
                if (Double.isFinite(one.y[i])) {
                    x.add(one.x[i]);
                    y.add(one.y[i]);
                }
            }
        }
        Axes axes = new Axes(x, y.widened());
        StringBuilder drawing = new StringBuilder(axes.svg());
        series.forEach(one -> drawing.append(dots(axes, one)).append(curve(axes, one)));
        return Axes.figure(title, legend(series), drawing.toString());
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

    private static String curve(Axes axes, Series series) {
        int every = Math.max(1, series.x.length / MOST_POINTS);
        StringBuilder points = new StringBuilder();
        for (int i = 0; i < series.x.length; i++) {
            if (Double.isFinite(series.y[i]) && (i % every == 0 || i == series.x.length - 1)) {
                points.append(String.format(Locale.ROOT, "%.1f,%.1f ", axes.toX(series.x[i]), axes.toY(series.y[i])));
            }
        }
        return "<polyline class=\"%s\" points=\"%s\"/>"
                .formatted(series.style, points.toString().strip());
    }

    /** Marks the points of a curve that has few, a single one perhaps. */
    private static String dots(Axes axes, Series series) {
        if (Arrays.stream(series.y).filter(Double::isFinite).count() > MOST_DOTS) {
            return "";
        }
        StringBuilder dots = new StringBuilder();
        for (int i = 0; i < series.x.length; i++) {
            if (Double.isFinite(series.y[i])) {
                dots.append(String.format(
                        Locale.ROOT,
                        "<circle class=\"%s\" cx=\"%.1f\" cy=\"%.1f\" r=\"2.4\"/>",
                        series.style,
                        axes.toX(series.x[i]),
                        axes.toY(series.y[i])));
            }
        }
        return dots.toString();
    }
}
