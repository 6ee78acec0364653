package dev.cria.cli.report;

import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** Parts of a page. */
public final class Html {
    private Html() {}

    /** Text as HTML. */
    public static String escape(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    }

    /** A number in the page's locale-free form. */
    static String number(String format, Object... values) {
        return String.format(Locale.ROOT, format, values);
    }

    /** A share as a percentage; a dash where there is none. */
    static String percent(double share) {
        return Double.isFinite(share) ? number("%.1f", 100 * share) : "–";
    }

    static String paragraph(String text) {
        return "<p>" + escape(text) + "</p>";
    }

    /** A table that scrolls by itself where the page is narrow; cells are texts. */
    static String table(String caption, List<String> head, List<List<String>> rows) {
        return "<div class=\"scroll\"><table><caption>%s</caption><thead>%s</thead><tbody>%s</tbody></table></div>"
                .formatted(
                        escape(caption),
                        row("th", head),
                        rows.stream().map(cells -> row("td", cells)).collect(Collectors.joining()));
    }

    private static String row(String tag, List<String> cells) {
        return "<tr>"
                + cells.stream()
                        .map(cell -> "<%s>%s</%s>".formatted(tag, escape(cell), tag))
                        .collect(Collectors.joining())
                + "</tr>";
    }

    /** Charts side by side. */
    static String charts(String... figures) {
        return "<div class=\"charts\">" + String.join("", figures) + "</div>";
    }

    /** A stage of the page. */
    static String section(String id, String title, String note, String body) {
        return "<section id=\"%s\"><h2>%s <small>%s</small></h2>%s</section>"
                .formatted(id, escape(title), escape(note), body);
    }
}
