package dev.cria.cli.report;

import java.util.List;
import java.util.Locale;

/** Named points in a plane as inline SVG, joined in their order. */
final class ScatterChart {
    private static final double ROOM = 0.12; // of the width, for the names
    private static final double RIGHT_PART = 0.75;
    private static final int MOST_NAMES = 12;

    private ScatterChart() {}

    /** A point; the name may be empty. */
    record Point(String name, double x, double y) {}

    /** A chart of points. */
    static String svg(String title, List<Point> points) {
        Axes.Range x = new Axes.Range();
        Axes.Range y = new Axes.Range();
        points.forEach(point -> {
            x.add(point.x);
            y.add(point.y);
        });
        Axes axes = new Axes(x.widened().padded(ROOM), y.widened().padded(ROOM));
        StringBuilder drawing = new StringBuilder(axes.svg());
        StringBuilder path = new StringBuilder();
        for (Point point : points) {
            path.append(String.format(Locale.ROOT, "%.1f,%.1f ", axes.toX(point.x), axes.toY(point.y)));
        }
        drawing.append("<polyline class=\"faint\" points=\"%s\"/>"
                .formatted(path.toString().strip()));
        for (Point point : points) {
            drawing.append(String.format(
                    Locale.ROOT,
                    "<circle class=\"main\" cx=\"%.1f\" cy=\"%.1f\" r=\"3.5\"/>",
                    axes.toX(point.x),
                    axes.toY(point.y)));
            if (!point.name.isEmpty() && points.size() <= MOST_NAMES) {
                boolean right = axes.toX(point.x) > RIGHT_PART * Axes.WIDTH; // there the name stands before the point
                drawing.append(String.format(
                        Locale.ROOT,
                        "<text class=\"name%s\" x=\"%.1f\" y=\"%.1f\">%s</text>",
                        right ? " before" : "",
                        axes.toX(point.x) + (right ? -6 : 6),
                        axes.toY(point.y) - 5,
                        Html.escape(point.name)));
            }
        }
        return Axes.figure(title, "", drawing.toString());
    }
}
