package dev.cria.rlhf.preference;

import com.fasterxml.jackson.databind.JsonNode;
import dev.cria.sft.ChatImport;
import dev.cria.sft.JsonItems;
import dev.cria.tokenizer.ChatMessage;
import dev.cria.tokenizer.ChatRole;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Forms of comparisons in use elsewhere, each a JSON array or JSONL, compressed by gzip where the name ends in {@code .gz}. */
public enum PreferenceImport {
    /** Anthropic's HH: {@code chosen} and {@code rejected}, two transcripts that differ in the last answer. */
    HH,
    /** ShareGPT's {@code conversations}, with the answers {@code chosen} and {@code rejected}, each with a {@code value}. */
    SHAREGPT_PAIRS;

    private static final Pattern TURN = Pattern.compile("\n\n(Human|Assistant):");

    /**
     * Reads a file, all of whose items must be sound.
     *
     * @param source what to name as the source of all
     * @throws dev.cria.core.io.InvalidFileException naming the file and the line that is wrong
     */
    public List<Preference> read(Path file, String source) {
        return JsonItems.read(file, "comparison", item -> parse(item, source));
    }

    /**
     * Reads a file and leaves out what is not sound.
     *
     * @param source what to name as the source of all
     * @throws dev.cria.core.io.InvalidFileException if the file is no JSON, or nothing in it is sound
     */
    public JsonItems.Sound<Preference> readSound(Path file, String source) {
        return JsonItems.readSound(file, "comparison", item -> parse(item, source));
    }

    private Preference parse(JsonNode item, String source) {
        return this == HH ? hh(item, source) : shareGpt(item, source);
    }

    private static Preference hh(JsonNode item, String source) {
        List<ChatMessage> chosen = transcript("chosen", JsonItems.text(item, "chosen"));
        List<ChatMessage> rejected = transcript("rejected", JsonItems.text(item, "rejected"));
        List<ChatMessage> prompt = withoutLast(chosen);
        if (!prompt.equals(withoutLast(rejected))) {
            throw new IllegalArgumentException("\"chosen\" and \"rejected\" differ before their last answers");
        }
        return new Preference(prompt, last(chosen), last(rejected), null, null, source);
    }

    private static List<ChatMessage> transcript(String field, String text) {
        List<ChatMessage> messages = new ArrayList<>();
        Matcher turn = TURN.matcher(text);
        int from = 0;
        ChatRole role = ChatRole.SYSTEM; // of what stands before the first turn: nothing
        while (turn.find()) {
            addMessage(messages, role, text.substring(from, turn.start()));
            role = turn.group(1).equals("Human") ? ChatRole.USER : ChatRole.ASSISTANT;
            from = turn.end();
        }
        addMessage(messages, role, text.substring(from));
        if (messages.size() < 2 || role != ChatRole.ASSISTANT) {
            throw new IllegalArgumentException("\"" + field
                    + "\" is no transcript of \\n\\nHuman: and \\n\\nAssistant: turns that ends with an answer");
        }
        return messages;
    }

    private static void addMessage(List<ChatMessage> messages, ChatRole role, String text) {
        if (role != ChatRole.SYSTEM || !text.isBlank()) {
            messages.add(new ChatMessage(role, text.strip()));
        }
    }

    private static List<ChatMessage> withoutLast(List<ChatMessage> messages) {
        return messages.subList(0, messages.size() - 1);
    }

    private static String last(List<ChatMessage> messages) {
        return messages.get(messages.size() - 1).content();
    }

    private static Preference shareGpt(JsonNode item, String source) {
        return new Preference(
                ChatImport.shareGptMessages(item),
                JsonItems.text(item.path("chosen"), "value"),
                JsonItems.text(item.path("rejected"), "value"),
                null,
                null,
                source);
    }
}
