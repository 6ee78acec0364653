package dev.cria.model.generation;

import static java.util.Objects.requireNonNull;

import dev.cria.model.CachedSequence;
import dev.cria.model.LlamaDecoder;
import dev.cria.tokenizer.Tokenizer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Many requests decoded together: a sequence that ends makes room for the next at once, and a prompt is computed once for
 * all its samples.
 */
final class BatchGeneration implements AutoCloseable {
    private static final int PREFILL_TOKENS = 4096; // prompts' tokens computed at once

    private final LlamaDecoder decoder;
    private final DecodeStep step;
    private final Tokenizer tokenizer;
    private final int maxPositions;
    private final int maxSequences;
    private final List<GenerationRequest> requests;
    private final @Nullable PrefixCache prefixes;
    private final GenerationListener listener;
    private final Deque<Prompt> prompts = new ArrayDeque<>();
    private final List<Unread> unread = new ArrayList<>();
    private final List<Running> running = new ArrayList<>();
    private int nextRequest;

    /** A prompt of which some last tokens are not computed. */
    private record Unread(int request, CachedSequence cached, int[] ids) {}

    /** A prompt that is computed and has samples left to be started. */
    private static final class Prompt {
        private final int request;
        private final CachedSequence cached;
        private final float[] logits; // [vocab], after the prompt
        private int started; // samples

        private Prompt(int request, CachedSequence cached, float[] logits) {
            this.request = request;
            this.cached = cached;
            this.logits = logits;
        }
    }

    /** A sample being written. */
    private record Running(int request, int sample, CachedSequence cached, GeneratedSequence sequence) {}

    BatchGeneration(
            LlamaDecoder decoder,
            DecodeStep step,
            Tokenizer tokenizer,
            int maxPositions,
            int maxSequences,
            List<GenerationRequest> requests,
            @Nullable PrefixCache prefixes,
            GenerationListener listener) {
        this.decoder = decoder;
        this.step = step;
        this.tokenizer = tokenizer;
        this.maxPositions = maxPositions;
        this.maxSequences = maxSequences;
        this.requests = requests;
        this.prefixes = prefixes;
        this.listener = listener;
    }

    void run() {
        admit();
        while (!running.isEmpty()) {
            step();
            admit();
        }
    }

    /** Fills the batch: with samples of prompts that are computed, then of new ones. */
    private void admit() {
        while (running.size() < maxSequences) {
            if (prompts.isEmpty() && nextRequest == requests.size()) {
                return;
            }
            if (prompts.isEmpty()) {
                prefill();
            }
            start(prompts.element());
        }
    }

    /** Computes the next prompts, as many as there is room for and memory should be spent on. */
    private void prefill() {
        int tokens = 0;
        int samples = 0;
        while (nextRequest < requests.size() && tokens < PREFILL_TOKENS && samples < maxSequences - running.size()) {
            GenerationRequest request = requests.get(nextRequest);
            Unread next = unread(nextRequest++, request.prompt());
            unread.add(next);
            tokens += next.ids.length;
            samples += request.samples();
        }
        // Apart, since prompts that begin at their beginning are computed as in training.
        Map<Boolean, List<Unread>> byKnown =
                unread.stream().collect(Collectors.partitioningBy(next -> next.cached.length() > 0));
        read(requireNonNull(byKnown.get(false)));
        read(requireNonNull(byKnown.get(true)));
        unread.clear();
    }

    private Unread unread(int request, int[] prompt) {
        CachedSequence cached = prefixes == null ? null : prefixes.take(prompt);
        return cached == null
                ? new Unread(request, decoder.newSequence(), prompt)
                : new Unread(request, cached, Arrays.copyOfRange(prompt, cached.length(), prompt.length));
    }

    private void read(List<Unread> some) {
        if (some.isEmpty()) {
            return;
        }
        float[] scores = step.logits(
                some.stream().map(Unread::cached).toList(),
                some.stream().map(Unread::ids).toList());
        int vocabSize = step.vocabSize();
        for (int i = 0; i < some.size(); i++) {
            float[] own = Arrays.copyOfRange(scores, i * vocabSize, (i + 1) * vocabSize);
            prompts.add(new Prompt(some.get(i).request, some.get(i).cached, own));
        }
    }

    private void start(Prompt prompt) {
        GenerationRequest request = requests.get(prompt.request);
        int sample = prompt.started++;
        boolean last = prompt.started == request.samples();
        CachedSequence cached = last ? prompt.cached : prompt.cached.fork();
        if (last) {
            prompts.remove();
        }
        GeneratedSequence sequence = new GeneratedSequence(
                request.prompt(), request.sampling(), sample, maxPositions, tokenizer, TextListener.none());
        Running started = new Running(prompt.request, sample, cached, sequence);
        running.add(started);
        step.draw(sequence, prompt.logits, 0);
        finish(started);
    }

    /** One token for every running sequence. */
    private void step() {
        List<Running> batch = List.copyOf(running);
        step.run(
                batch.stream().map(Running::cached).toList(),
                batch.stream().map(r -> new int[] {r.sequence().lastToken()}).toList(),
                batch.stream().map(Running::sequence).toList());
        batch.forEach(this::finish);
    }

    private void finish(Running sample) {
        if (sample.sequence().isFinished()) {
            running.remove(sample);
            Generation result = sample.sequence().result();
            if (prefixes == null) {
                sample.cached().close();
            } else {
                prefixes.keep(sample.cached(), requests.get(sample.request()).prompt(), result.tokens());
            }
            listener.onFinished(sample.request(), sample.sample(), result);
        }
    }

    /** Gives back the cache of what was not finished. */
    @Override
    public void close() {
        running.forEach(sample -> sample.cached().close());
        prompts.forEach(prompt -> prompt.cached.close());
        unread.forEach(prompt -> prompt.cached.close()); // after an error; closing twice does nothing
    }
}
