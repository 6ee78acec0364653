package dev.cria.tokenizer;

import java.util.ArrayList;
import java.util.List;

/**
 * A dialogue as tokens. A turn is a prompt with its answer. Bos and the format's marks count as the user's; the answer's eos as the
 * assistant's, who must learn to stop.
 */
public final class ChatTokens {
    private final int[] ids;
    private final List<ChatRole> roles;
    private final int[] turnStarts;

    private ChatTokens(int[] ids, List<ChatRole> roles, int[] turnStarts) {
        this.ids = ids;
        this.roles = List.copyOf(roles);
        this.turnStarts = turnStarts;
    }

    /** The number of tokens. */
    public int size() {
        return ids.length;
    }

    /** The token ids, {@code [tokens]}. */
    public int[] ids() {
        return ids.clone();
    }

    /** Who says each token, {@code [tokens]}. */
    public List<ChatRole> roles() {
        return roles;
    }

    /** Which tokens the assistant says, {@code [tokens]}: those that training learns. */
    public boolean[] assistantMask() {
        boolean[] mask = new boolean[ids.length];
        for (int i = 0; i < mask.length; i++) {
            mask[i] = roles.get(i) == ChatRole.ASSISTANT;
        }
        return mask;
    }

    /** Where each turn starts, {@code [turns]}. */
    public int[] turnStarts() {
        return turnStarts.clone();
    }

    /** Collects the tokens of a dialogue. */
    static final class Builder {
        private final IntList ids = new IntList(256);
        private final List<ChatRole> roles = new ArrayList<>();
        private final IntList turnStarts = new IntList(8);

        void startTurn() {
            turnStarts.add(ids.size());
        }

        void add(int id, ChatRole role) {
            ids.add(id);
            roles.add(role);
        }

        void addAll(int[] added, ChatRole role) {
            for (int id : added) {
                add(id, role);
            }
        }

        ChatTokens build() {
            return new ChatTokens(ids.toArray(), roles, turnStarts.toArray());
        }
    }
}
