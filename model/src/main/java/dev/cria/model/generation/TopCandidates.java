package dev.cria.model.generation;

import java.util.Arrays;

/**
 * The most probable tokens in falling order, equal ones by rising id. Each filter keeps a prefix of that order, so that all
 * of them together do too.
 */
final class TopCandidates {
    private final long[] keys; // [kept at the end] weight's bits above, complement of the id below; rising
    private int first; // index of the least probable token kept
    private double least; // weight below which min-p drops a token

    TopCandidates(int vocabSize) {
        this.keys = new long[vocabSize];
        this.first = vocabSize;
    }

    /**
     * Applies top-k, top-p and min-p.
     *
     * @param weights [vocab], not negative
     * @param total their sum
     * @param sampling the filters
     * @return the sum of the weights kept
     */
    double select(float[] weights, double total, Sampling sampling) {
        int count = weights.length;
        least = sampling.minP() > 0 ? sampling.minP() * largest(weights) : 0;
        int k = sampling.topK() == 0 ? count : Math.min(count, sampling.topK());
        // With top-k off, tokens below this are in no nucleus: all of them together have less than 1 - topP.
        double negligible = k == count ? Math.max(least, (1 - sampling.topP()) * total / count) : 0;
        int candidates = sortLargest(weights, k, (float) (negligible * (1 - 1e-6)));
        double eligible = k == count ? total : sum(weights, candidates);
        return cut(weights, candidates, eligible * sampling.topP(), sampling);
    }

    /** The candidate at which the running sum of weights, the largest first, exceeds a threshold. */
    int draw(float[] weights, double threshold) {
        double sum = 0;
        for (int i = keys.length - 1; i > first; i--) {
            sum += weights[id(i)];
            if (sum > threshold) {
                return id(i);
            }
        }
        return id(first);
    }

    /** Walks down the order until the nucleus is complete or the tokens are too improbable. */
    private double cut(float[] weights, int candidates, double nucleus, Sampling sampling) {
        double sum = 0;
        first = keys.length;
        while (first > keys.length - candidates) {
            float weight = weights[id(first - 1)];
            boolean enough = sampling.topP() < 1 && sum >= nucleus;
            if (first < keys.length && (enough || weight < least)) {
                break;
            }
            sum += weight;
            first--;
        }
        return sum;
    }

    private static float largest(float[] weights) {
        float largest = 0;
        for (float weight : weights) {
            largest = Math.max(largest, weight);
        }
        return largest;
    }

    private double sum(float[] weights, int candidates) {
        double sum = 0;
        for (int i = keys.length - 1; i >= keys.length - candidates; i--) {
            sum += weights[id(i)];
        }
        return sum;
    }

    /** Leaves the k largest weights of at least {@code negligible} at the end of the keys, rising; returns how many. */
    private int sortLargest(float[] weights, int k, float negligible) {
        int start = keys.length;
        int buffer = Math.min(keys.length, Math.max(2 * k, 1024)); // when full, all but the k largest are dropped
        long least = Long.MIN_VALUE;
        for (int id = 0; id < weights.length; id++) {
            if (weights[id] < negligible) {
                continue;
            }
            long key = (long) Float.floatToRawIntBits(weights[id]) << 32 | (~id & 0xffffffffL);
            if (key < least) {
                continue;
            }
            if (start == keys.length - buffer) {
                Arrays.sort(keys, start, keys.length);
                start = keys.length - k;
                least = keys[start];
            }
            keys[--start] = key;
        }
        Arrays.sort(keys, start, keys.length);
        return Math.min(k, keys.length - start);
    }

    private int id(int index) {
        return ~(int) keys[index];
    }
}
