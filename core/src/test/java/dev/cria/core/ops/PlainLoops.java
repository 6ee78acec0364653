package dev.cria.core.ops;

import java.util.Arrays;

/** The formulas written as loops over doubles, sharing nothing with the kernels: what {@link ReferenceOps} is held to. */
final class PlainLoops {
    private PlainLoops() {}

    /** x · weightᵀ. */
    static double[][] linear(double[][] x, double[][] weight) {
        double[][] y = new double[x.length][weight.length];
        for (int t = 0; t < x.length; t++) {
            for (int o = 0; o < weight.length; o++) {
                y[t][o] = dot(x[t], weight[o]);
            }
        }
        return y;
    }

    static double[][] rmsNorm(double[][] x, double[] gain, double eps) {
        double[][] y = new double[x.length][gain.length];
        for (int t = 0; t < x.length; t++) {
            double rms = Math.sqrt(dot(x[t], x[t]) / gain.length + eps);
            for (int i = 0; i < gain.length; i++) {
                y[t][i] = x[t][i] / rms * gain[i];
            }
        }
        return y;
    }

    /** Turns the pair (i, i + headDim / 2) as a complex number by position * theta^(-2i / headDim). */
    static double[][] rotary(double[][] x, int headDim, double theta, int[] positions) {
        double[][] y = new double[x.length][x[0].length];
        for (int t = 0; t < x.length; t++) {
            for (int head = 0; head < x[t].length; head += headDim) {
                for (int i = 0; i < headDim / 2; i++) {
                    double angle = positions[t] * Math.pow(theta, -2.0 * i / headDim);
                    double re = x[t][head + i];
                    double im = x[t][head + i + headDim / 2];
                    y[t][head + i] = re * Math.cos(angle) - im * Math.sin(angle);
                    y[t][head + i + headDim / 2] = re * Math.sin(angle) + im * Math.cos(angle);
                }
            }
        }
        return y;
    }

    /** Token t sees token u if u is not after t and lies in t's segment or one of its prefixes. */
    static double[][] causalAttention(
            double[][] q, double[][] k, double[][] v, int headDim, int[] segmentOf, int[] prefixes) {
        double[][] y = new double[q.length][q[0].length];
        int group = q[0].length / k[0].length;
        for (int t = 0; t < q.length; t++) {
            for (int head = 0; head < q[0].length / headDim; head++) {
                double[] query = slice(q[t], head, headDim);
                double sum = 0;
                for (int u = 0; u <= t; u++) {
                    if (sees(segmentOf[t], segmentOf[u], prefixes)) {
                        double p = Math.exp(dot(query, slice(k[u], head / group, headDim)) / Math.sqrt(headDim));
                        sum += p;
                        for (int i = 0; i < headDim; i++) {
                            y[t][head * headDim + i] += p * v[u][head / group * headDim + i];
                        }
                    }
                }
                for (int i = 0; i < headDim; i++) {
                    y[t][head * headDim + i] /= sum;
                }
            }
        }
        return y;
    }

    private static boolean sees(int from, int to, int[] prefixes) {
        for (int s = from; s >= 0; s = prefixes[s]) {
            if (s == to) {
                return true;
            }
        }
        return false;
    }

    static double[][] swiGlu(double[][] gate, double[][] up) {
        double[][] y = new double[gate.length][gate[0].length];
        for (int t = 0; t < gate.length; t++) {
            for (int i = 0; i < gate[t].length; i++) {
                y[t][i] = gate[t][i] / (1 + Math.exp(-gate[t][i])) * up[t][i];
            }
        }
        return y;
    }

    /** Logarithm of softmax(hidden · weightᵀ) at each target. */
    static double[] logProbs(double[][] hidden, double[][] weight, int[] targets) {
        double[][] logits = linear(hidden, weight);
        double[] logProbs = new double[targets.length];
        for (int t = 0; t < targets.length; t++) {
            double sum = Arrays.stream(logits[t]).map(Math::exp).sum();
            logProbs[t] = logits[t][targets[t]] - Math.log(sum);
        }
        return logProbs;
    }

    static double dot(double[] a, double[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += a[i] * b[i];
        }
        return sum;
    }

    private static double[] slice(double[] row, int index, int width) {
        return Arrays.copyOfRange(row, index * width, (index + 1) * width);
    }
}
