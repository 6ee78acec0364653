package dev.cria.cli.bench;

import dev.cria.core.Engine;
import dev.cria.core.autograd.Tape;
import dev.cria.core.ops.Precision;
import dev.cria.core.ops.Segments;
import dev.cria.core.random.CounterRandom;
import dev.cria.model.CachedSequence;
import dev.cria.model.Llama;
import dev.cria.model.LlamaConfig;
import dev.cria.model.LlamaDecoder;
import dev.cria.model.NextTokens;
import dev.cria.model.generation.Sampler;
import dev.cria.model.generation.Sampling;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.nd4j.linalg.api.buffer.DataType;

/** Times decoding and prefill of a model with random weights. */
final class DecodeBenchmark implements AutoCloseable {
    private final Llama model;
    private final LlamaDecoder decoder;
    private final Sampler sampler;
    private final NextTokens next;
    private final int vocabSize;

    DecodeBenchmark(Engine engine, LlamaConfig config, Precision weights) {
        this.model = weights == Precision.BF16
                ? Llama.randomForInference(engine, config, 0, DataType.BFLOAT16)
                : Llama.random(engine, config, 0, name -> false);
        this.decoder = new LlamaDecoder(model);
        this.sampler = new Sampler(config.vocabSize());
        this.vocabSize = config.vocabSize();
        this.next = new NextTokens(vocabSize);
    }

    /** Seconds to write so many tokens in each of some sequences, sampled from the model's own distribution. */
    double decode(int sequences, int tokens) {
        List<CachedSequence> cached = new ArrayList<>();
        List<int[]> ids = new ArrayList<>();
        for (int i = 0; i < sequences; i++) {
            cached.add(decoder.newSequence());
            ids.add(new int[] {1});
        }
        float[] temperatures = new float[sequences];
        Arrays.fill(temperatures, 1);
        CounterRandom random = CounterRandom.of(0, "bench", 0);
        long start = System.nanoTime();
        for (int t = 0; t < tokens; t++) {
            decoder.append(cached, ids, temperatures, next);
            for (int i = 0; i < sequences; i++) {
                long draw = (long) t * sequences + i;
                ids.set(i, new int[] {
                    sampler.sample(next, i, Sampling.plain(), random, draw).id()
                });
            }
        }
        double seconds = (System.nanoTime() - start) / 1e9;
        cached.forEach(CachedSequence::close);
        return seconds;
    }

    /** Seconds to read a prompt. */
    double prefill(int[] prompt) {
        float[] logits = new float[vocabSize];
        long start = System.nanoTime();
        try (CachedSequence sequence = decoder.newSequence()) {
            decoder.append(List.of(sequence), List.of(prompt), logits);
        }
        return (System.nanoTime() - start) / 1e9;
    }

    /** Seconds of the training forward over the same tokens, up to the hidden states. */
    double forward(int[] tokens) {
        long start = System.nanoTime();
        try (Tape tape = model.engine().recording()) {
            model.hidden(tape, tokens, Segments.ofLengths(tokens.length));
        }
        return (System.nanoTime() - start) / 1e9;
    }

    int[] prompt(int length) {
        CounterRandom random = CounterRandom.of(0, "bench prompt", 0);
        int[] prompt = new int[length];
        for (int i = 0; i < length; i++) {
            prompt[i] = (int) random.below(i, vocabSize);
        }
        return prompt;
    }

    long parameters() {
        return model.parameters().count();
    }

    @Override
    public void close() {
        decoder.close();
        model.close();
    }
}
