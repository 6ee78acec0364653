package dev.cria.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A command of a shell block, as far as the documents use the shell: words, quotes, comments, {@code ;}, {@code &&},
 * continued lines and {@code > FILE}.
 *
 * @param place document and line, for messages
 * @param text the command as written, without its comment
 */
record ShellLine(String place, String text) {
    private static final Pattern WORD = Pattern.compile("'([^']*)'|\"([^\"]*)\"|([^\\s'\"]+)");
    private static final Pattern COMMENT = Pattern.compile("(^|\\s)#.*");
    private static final Pattern COMMAND = Pattern.compile("(time )?\\./cria .*");

    /** The commands of a block. */
    static List<ShellLine> of(Documents.Block block) {
        List<ShellLine> commands = new ArrayList<>();
        StringBuilder begun = new StringBuilder();
        int number = block.line();
        for (String line : block.text()) {
            String code = COMMENT.matcher(line).replaceFirst("").strip();
            if (code.endsWith("\\")) {
                begun.append(code, 0, code.length() - 1);
            } else {
                for (String command : (begun + code).split(" *(;|&&) *", -1)) {
                    if (!command.isBlank()) {
                        commands.add(new ShellLine(block.document() + ":" + number, command));
                    }
                }
                begun.setLength(0);
            }
            number++;
        }
        return commands;
    }

    /** Whether it runs Cria. */
    boolean isCria() {
        return COMMAND.matcher(text).matches();
    }

    /** The words behind {@code ./cria}, quotes taken away; {@code > FILE} stays as two words. */
    List<String> arguments() {
        List<String> words = new ArrayList<>();
        Matcher matcher = WORD.matcher(text.substring(text.indexOf("./cria ") + 7));
        while (matcher.find()) {
            for (int group = 1; group <= 3; group++) {
                if (matcher.group(group) != null) {
                    words.add(matcher.group(group));
                }
            }
        }
        return words;
    }
}
