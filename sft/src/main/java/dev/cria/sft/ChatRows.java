package dev.cria.sft;

import dev.cria.core.data.RaggedBatch;
import dev.cria.tokenizer.ChatFormat;
import dev.cria.tokenizer.ChatMessage;
import dev.cria.tokenizer.ChatTokens;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Turns conversations into rows to learn from, and counts. Only tokens of learned answers, and the eos that ends each, are
 * targets; what follows the last of them is cut off.
 */
public final class ChatRows {
    private final ChatFormat format;
    private final int contextLength;
    private final Overlong overlong;
    private final List<ChatRow> rows = new ArrayList<>();
    private final List<Conversation> conversations = new ArrayList<>();
    private long read;
    private long truncated;
    private long turnsCut;
    private long droppedTooLong;
    private long droppedWithoutTarget;

    /**
     * No rows yet.
     *
     * @param format how a conversation becomes tokens
     * @param contextLength most tokens of a row
     * @param overlong what to do with longer ones
     */
    public ChatRows(ChatFormat format, int contextLength, Overlong overlong) {
        this.format = format;
        this.contextLength = contextLength;
        this.overlong = overlong;
    }

    /**
     * Adds the conversations of a chat data file.
     *
     * @throws dev.cria.core.io.InvalidFileException naming the file and the line that is wrong
     */
    public void addFile(Path file) {
        ChatData.forEach(file, this::add);
    }

    /**
     * Adds a conversation, unless it is too long or has nothing to learn.
     *
     * @throws IllegalArgumentException if the format refuses it
     */
    public void add(Conversation conversation) {
        ChatRow row = row(conversation, format.encode(conversation.messages()));
        read++;
        if (row.targetCount() == 0) {
            droppedWithoutTarget++;
        } else if (row.length() <= contextLength) {
            keep(row, conversation);
        } else {
            addOverlong(conversation);
        }
    }

    private void addOverlong(Conversation conversation) {
        int turns = conversation.questions().size();
        for (int cut = 1; cut < turns && overlong == Overlong.TRUNCATE; cut++) {
            Conversation rest = withoutFirstTurns(conversation, cut);
            ChatRow row = row(rest, format.encode(rest.messages()));
            if (row.targetCount() == 0) {
                break;
            }
            if (row.length() <= contextLength) {
                truncated++;
                turnsCut += cut;
                keep(row, rest);
                return;
            }
        }
        droppedTooLong++;
    }

    private void keep(ChatRow row, Conversation conversation) {
        rows.add(row);
        conversations.add(conversation);
    }

    private static Conversation withoutFirstTurns(Conversation conversation, int turns) {
        List<ChatMessage> messages = new ArrayList<>(conversation.messages());
        int first = conversation.hasSystem() ? 1 : 0;
        messages.subList(first, first + 2 * turns).clear();
        List<Boolean> learned = conversation.learned();
        return new Conversation(messages, learned.subList(turns, learned.size()));
    }

    private static ChatRow row(Conversation conversation, ChatTokens chat) {
        int[] ids = chat.ids();
        boolean[] assistant = chat.assistantMask();
        int[] turnStarts = chat.turnStarts();
        int[] targets = new int[ids.length];
        Arrays.fill(targets, RaggedBatch.NO_TARGET);
        int length = 0;
        for (int turn = 0; turn < conversation.learned().size(); turn++) {
            int end = turn + 1 < turnStarts.length ? turnStarts[turn + 1] : ids.length;
            for (int t = turnStarts[turn] + 1; t < end; t++) {
                if (assistant[t] && conversation.learned().get(turn)) {
                    targets[t - 1] = ids[t];
                    length = t + 1;
                }
            }
        }
        return new ChatRow(Arrays.copyOf(ids, length), Arrays.copyOf(targets, length));
    }

    /** The rows so far, in the order they were added. */
    public List<ChatRow> rows() {
        return List.copyOf(rows);
    }

    /** The conversation of each row, as far as it is in the row. */
    public List<Conversation> conversations() {
        return List.copyOf(conversations);
    }

    /** What was read, kept, cut and dropped. */
    public RowCounts counts() {
        return new RowCounts(
                read,
                rows.size(),
                truncated,
                turnsCut,
                droppedTooLong,
                droppedWithoutTarget,
                rows.stream().mapToLong(ChatRow::length).sum(),
                rows.stream().mapToLong(ChatRow::targetCount).sum());
    }

    /** Why there is nothing to learn from, if that is so, and how to mend it. */
    public Optional<String> problem() {
        return rows.isEmpty()
                ? Optional.of(
                        "no row is left to learn from (%s); a context of %d tokens may be too short: see data.contextLength"
                                .formatted(counts().summary(), contextLength))
                : Optional.empty();
    }
}
