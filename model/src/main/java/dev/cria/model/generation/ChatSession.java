package dev.cria.model.generation;

import dev.cria.model.CachedSequence;
import dev.cria.tokenizer.ChatFormat;
import dev.cria.tokenizer.ChatMessage;
import dev.cria.tokenizer.ChatRole;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A dialogue with a model. Only what is new in a turn is computed. When the dialogue grows beyond the model's context, its
 * oldest turns are forgotten, the system message never.
 */
public final class ChatSession implements AutoCloseable {
    private static final int ANSWER_SHARE = 4; // a quarter of the context is kept free for the answer, at most

    private final TextGenerator generator;
    private final ChatFormat format;
    private final Sampling sampling;
    private final List<ChatMessage> messages = new ArrayList<>();
    private @Nullable String system;
    private final CachedSequence cached;
    private int[] cachedIds = {}; // the cached tokens
    private long answers; // so far, for the seed of the next

    /**
     * A dialogue without turns.
     *
     * @param generator answers; stays open
     * @param format the one the model was trained with
     * @param system what the model is told in front of the first turn, or null
     * @param sampling how answers are drawn; each answer has a seed of its own
     */
    public ChatSession(TextGenerator generator, ChatFormat format, @Nullable String system, Sampling sampling) {
        this.generator = generator;
        this.format = format;
        this.system = system;
        this.sampling = sampling;
        this.cached = generator.newSequence();
    }

    /**
     * Says something and gets an answer; both become part of the dialogue.
     *
     * @param user what is said
     * @param listener receives the answer while it is written; may end it
     * @throws IllegalArgumentException if the message alone is too long, or has the format's marks in it; the dialogue is then
     *     as it was
     */
    public Generation answer(String user, TextListener listener) {
        List<ChatMessage> dialogue = new ArrayList<>(messages);
        dialogue.add(ChatMessage.user(user));
        int[] prompt = fit(dialogue);
        Generation generation = generate(prompt, listener);
        messages.clear();
        messages.addAll(dialogue);
        messages.add(ChatMessage.assistant(generation.text().strip()));
        answers++;
        return generation;
    }

    /** Drops the oldest turns of a dialogue until it fits, and returns its tokens. */
    private int[] fit(List<ChatMessage> dialogue) {
        int context = generator.contextLength();
        int room = context - Math.min(sampling.maxTokens(), context / ANSWER_SHARE);
        int[] prompt = encode(dialogue);
        while (prompt.length > room && dialogue.size() > 1) {
            dialogue.subList(0, 2).clear(); // a user's message and its answer
            prompt = encode(dialogue);
        }
        if (prompt.length > room) {
            throw new IllegalArgumentException(
                    "the message has %d tokens with its system message; the model's context of %d leaves room for %d: say less"
                            .formatted(prompt.length, context, room));
        }
        return prompt;
    }

    private int[] encode(List<ChatMessage> dialogue) {
        List<ChatMessage> all = new ArrayList<>(dialogue);
        if (system != null) {
            all.add(0, ChatMessage.system(system));
        }
        return format.encode(all).ids();
    }

    private Generation generate(int[] prompt, TextListener listener) {
        int common = Arrays.mismatch(cachedIds, prompt);
        int known = Math.min(common < 0 ? prompt.length : common, prompt.length - 1); // the last token gives the logits
        cached.truncate(known);
        cachedIds = Arrays.copyOf(cachedIds, known);
        Generation generation =
                generator.generate(cached, prompt, sampling.withSeed(sampling.seed() + answers), listener);
        int[] tokens = generation.tokens();
        int[] ids = Arrays.copyOf(prompt, cached.length());
        System.arraycopy(tokens, 0, ids, prompt.length, cached.length() - prompt.length);
        cachedIds = ids;
        return generation;
    }

    /** The dialogue so far, the system message first if there is one; forgotten turns are not part of it. */
    public List<ChatMessage> messages() {
        List<ChatMessage> all = new ArrayList<>();
        if (system != null) {
            all.add(new ChatMessage(ChatRole.SYSTEM, system));
        }
        all.addAll(messages);
        return List.copyOf(all);
    }

    /** Forgets all turns; the system message stays. */
    public void reset() {
        messages.clear();
    }

    /** Forgets all turns and sets another system message, or none. */
    public void reset(@Nullable String newSystem) {
        system = newSystem;
        messages.clear();
    }

    /** Gives back the dialogue's cache. */
    @Override
    public void close() {
        cached.close();
    }
}
