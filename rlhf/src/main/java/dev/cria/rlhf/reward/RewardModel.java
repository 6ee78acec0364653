package dev.cria.rlhf.reward;

import dev.cria.core.Engine;
import dev.cria.core.autograd.Tape;
import dev.cria.core.ops.Segments;
import dev.cria.model.ModelTokenizer;
import dev.cria.model.ResponseScorer;
import dev.cria.model.ScalarModel;
import dev.cria.rlhf.preference.EncodedPair;
import dev.cria.rlhf.preference.Preference;
import dev.cria.rlhf.preference.PreferenceBatch;
import dev.cria.tokenizer.ChatFormat;
import dev.cria.tokenizer.ChatFormat.MarkPolicy;
import dev.cria.tokenizer.ChatMessage;
import dev.cria.tokenizer.Tokenizer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;
import java.util.function.ToIntFunction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A model of what people prefer: the score of an answer is the scalar head's number at the answer's last token, its eos. Scores
 * are raw; the paper's published ones are sigmoid(raw). They do not depend on what else is in a batch.
 */
public final class RewardModel implements ResponseScorer, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(RewardModel.class);
    private static final int TOKENS_PER_BATCH = 4096;

    private final ScalarModel model;
    private final Tokenizer tokenizer;
    private final ChatFormat format;

    /**
     * A reward model of its parts.
     *
     * @param model the weights, closed with this
     * @param tokenizer of the model
     * @param format how a dialogue becomes tokens
     */
    public RewardModel(ScalarModel model, Tokenizer tokenizer, ChatFormat format) {
        this.model = model;
        this.tokenizer = tokenizer;
        this.format = format;
    }

    /**
     * Loads a reward model for scoring.
     *
     * @param engine what it computes on; stays open when the model is closed
     * @param directory a directory that {@link RewardTrainer} or Transformers wrote, with its tokenizer
     * @throws IllegalArgumentException naming the file and what is wrong with it, such as a missing scalar head
     */
    public static RewardModel load(Engine engine, Path directory) {
        return load(engine, directory, MarkPolicy.ESCAPE, name -> false);
    }

    /** Loads a reward model for training the named weights. */
    static RewardModel load(Engine engine, Path directory, MarkPolicy marks, Predicate<String> trained) {
        return of(ScalarModel.load(engine, directory, trained), directory, marks);
    }

    /** Begins a reward model with a chat model's body, tokenizer and format. */
    static RewardModel fromChat(
            Engine engine,
            Path directory,
            MarkPolicy marks,
            double headDeviation,
            long seed,
            Predicate<String> trained) {
        return of(ScalarModel.fromLanguageModel(engine, directory, headDeviation, seed, trained), directory, marks);
    }

    private static RewardModel of(ScalarModel model, Path directory, MarkPolicy marks) {
        try {
            Tokenizer tokenizer = ModelTokenizer.load(directory, model.config());
            return new RewardModel(model, tokenizer, ChatFormat.load(directory, tokenizer, marks));
        } catch (RuntimeException e) {
            model.close();
            throw e;
        }
    }

    /**
     * Scores answers.
     *
     * @throws IllegalArgumentException if a dialogue is longer than the model's positions, or the chat format refuses it
     */
    @Override
    public double[] scores(List<List<ChatMessage>> dialogues, List<String> responses) {
        List<int[]> sequences = new ArrayList<>();
        for (int i = 0; i < dialogues.size(); i++) {
            int[] sequence = encode(dialogues.get(i), responses.get(i));
            checkLength(sequence.length);
            sequences.add(sequence);
        }
        return scores(sequences);
    }

    @Override
    public boolean canScore(List<ChatMessage> dialogue, String response) {
        return encode(dialogue, response).length <= longest();
    }

    private int[] encode(List<ChatMessage> dialogue, String response) {
        List<ChatMessage> whole = new ArrayList<>(dialogue);
        whole.add(ChatMessage.assistant(response));
        return format.encode(whole).ids();
    }

    /**
     * Scores token sequences at their last token.
     *
     * @param sequences each a dialogue up to the eos of its last answer
     * @return [sequences]
     */
    public double[] scores(List<int[]> sequences) {
        double[] scores = new double[sequences.size()];
        int done = 0;
        for (List<int[]> part : parts(sequences, sequence -> sequence.length)) {
            Segments segments = Segments.ofLengths(
                    part.stream().mapToInt(sequence -> sequence.length).toArray());
            int[] tokens = part.stream().flatMapToInt(Arrays::stream).toArray();
            int[] ends = new int[part.size()];
            for (int s = 0; s < ends.length; s++) {
                ends[s] = segments.end(s) - 1;
            }
            for (float score : values(tokens, segments, ends)) {
                scores[done++] = score;
            }
        }
        return scores;
    }

    /**
     * Scores both answers of comparisons; what these share is computed once.
     *
     * @throws IllegalArgumentException if a dialogue is longer than the model's positions, or the chat format refuses it
     */
    public List<ScoredPair> score(List<Preference> preferences) {
        return scorePairs(preferences.stream().map(this::encode).toList());
    }

    /**
     * Scores those comparisons that can be scored. Left out and counted in the log are those with a dialogue longer than the
     * model's positions, and those whose two answers have the same tokens.
     *
     * @throws IllegalArgumentException if the chat format refuses one
     */
    public List<ScoredPair> scoreFitting(List<Preference> preferences) {
        List<EncodedPair> fitting = preferences.stream()
                .flatMap(preference -> EncodedPair.ofDifferent(preference, format).stream())
                .filter(pair -> pair.longest() <= longest())
                .toList();
        if (fitting.size() < preferences.size()) {
            LOG.warn(
                    "{} of {} comparisons are left out: a dialogue is longer than the reward model's {} positions, or both answers have the same tokens",
                    preferences.size() - fitting.size(),
                    preferences.size(),
                    longest());
        }
        return scorePairs(fitting);
    }

    /**
     * Checks that a comparison can be scored.
     *
     * @throws IllegalArgumentException if a dialogue is longer than the model's positions, or the chat format refuses it
     */
    public void check(Preference preference) {
        encode(preference);
    }

    private EncodedPair encode(Preference preference) {
        EncodedPair pair = EncodedPair.of(preference, format);
        checkLength(pair.longest());
        return pair;
    }

    /** Scores comparisons that are tokens already. */
    public List<ScoredPair> scorePairs(List<EncodedPair> pairs) {
        List<ScoredPair> scored = new ArrayList<>();
        ToIntFunction<EncodedPair> size = pair -> pair.shared().length + pair.chosen().length + pair.rejected().length;
        for (List<EncodedPair> part : parts(pairs, size)) {
            PreferenceBatch batch = PreferenceBatch.of(part);
            float[] scores = values(batch.tokens(), batch.segments(), batch.ends());
            for (int i = 0; i < part.size(); i++) {
                scored.add(new ScoredPair(part.get(i).preference(), scores[i], scores[part.size() + i]));
            }
        }
        return scored;
    }

    private float[] values(int[] tokens, Segments segments, int[] ends) {
        try (Tape tape = model.engine().inference()) {
            return tape.read(model.values(tape, tokens, segments, ends));
        }
    }

    private void checkLength(int length) {
        if (length > longest()) {
            throw new IllegalArgumentException(
                    "a dialogue of %d tokens is longer than the model's %d positions; leave it out"
                            .formatted(length, longest()));
        }
    }

    private int longest() {
        return model.config().maxPositionEmbeddings();
    }

    /** Cuts a list into parts of a bounded number of tokens. */
    private static <T> List<List<T>> parts(List<T> all, ToIntFunction<T> size) {
        List<List<T>> parts = new ArrayList<>();
        for (int from = 0; from < all.size(); ) {
            int to = from;
            int tokens = 0;
            do {
                tokens += size.applyAsInt(all.get(to++));
            } while (to < all.size() && tokens + size.applyAsInt(all.get(to)) <= TOKENS_PER_BATCH);
            parts.add(all.subList(from, to));
            from = to;
        }
        return parts;
    }

    /** Writes what a directory with this model needs beside the weights. */
    void saveCompanions(Path directory) {
        tokenizer.save(directory);
        format.save(directory);
    }

    /** The weights. */
    public ScalarModel model() {
        return model;
    }

    /** The tokenizer. */
    public Tokenizer tokenizer() {
        return tokenizer;
    }

    /** The chat format. */
    public ChatFormat format() {
        return format;
    }

    /** Frees the weights. */
    @Override
    public void close() {
        model.close();
    }
}
