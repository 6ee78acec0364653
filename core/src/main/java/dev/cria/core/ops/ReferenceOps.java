package dev.cria.core.ops;

import java.util.Arrays;
import java.util.function.DoubleBinaryOperator;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.blas.params.MMulTranspose;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.DynamicCustomOp;
import org.nd4j.linalg.api.ops.impl.reduce.Mmul;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.ops.transforms.Transforms;

/**
 * The slow, obvious implementation: plain ND4J calls, in float or double, on whatever backend ND4J has loaded. It is
 * what the fast kernels are tested against and what gradient checks run on.
 */
public final class ReferenceOps implements TensorOps {
    private static final long CHUNK = 1 << 20; // elements of flat memory per pass, to keep temporaries small

    private final DataType dataType;
    private final HostTransfers transfers = new HostTransfers();
    private final DeviceArrays device = new DeviceArrays(transfers);
    private final ReferenceRotary rotary = new ReferenceRotary(transfers, device);
    private final ReferenceLmHead lmHead = new ReferenceLmHead(transfers, device);

    /**
     * Kernels for one data type.
     *
     * @param dataType FLOAT or DOUBLE
     */
    public ReferenceOps(DataType dataType) {
        if (dataType != DataType.FLOAT && dataType != DataType.DOUBLE) {
            throw new IllegalArgumentException("reference ops work in FLOAT or DOUBLE, not " + dataType);
        }
        Backend.require();
        this.dataType = dataType;
    }

    /** What has been copied between the host and the device. */
    public HostTransfers transfers() {
        return transfers;
    }

    @Override
    public DataType dataType() {
        return dataType;
    }

    @Override
    public String describe() {
        return "reference ops (%s) on %s".formatted(dataType, Backend.device());
    }

    @Override
    public void upload(Tensor to, float[] from, int at, int length) {
        if (length == 0) { // here and below: ND4J has no views of nothing
            return;
        }
        float[] part = at == 0 && length == from.length ? from : Arrays.copyOfRange(from, at, at + length);
        flat(to, 0, length).assign(transfers.upload(part).castTo(to.dataType()));
    }

    @Override
    public void download(float[] to, int at, Tensor from, int length) {
        if (length == 0) {
            return;
        }
        float[] values = transfers.downloadFloats(flat(from, 0, length));
        System.arraycopy(values, 0, to, at, length);
    }

    @Override
    public void fill(Tensor x, double value) {
        x.array().assign(value);
    }

    @Override
    public void copy(Tensor y, Tensor x) {
        flat(y, 0, y.length()).assign(flat(x, 0, x.length()));
    }

    @Override
    public void addScaled(Tensor y, Tensor x, double factor) {
        y.array().addi(x.array().mul(factor));
    }

    @Override
    public void zip(Tensor y, Tensor a, Tensor b, DoubleBinaryOperator f) {
        y.array().assign(ReferenceVectors.zip(transfers, a, b, f));
    }

    @Override
    public void zipBackward(Tensor da, Tensor dy, Tensor a, Tensor b, DoubleBinaryOperator slope, boolean accumulate) {
        write(da, ReferenceVectors.zip(transfers, a, b, slope).muli(dy.array()), accumulate);
    }

    @Override
    public double sum(Tensor x) {
        return transfers.downloadNumber(x.array().castTo(DataType.DOUBLE).sum());
    }

    @Override
    public void embedding(Tensor y, Tensor table, int[] tokens) {
        if (tokens.length > 0) {
            gather(y.array(), values(table), device.indices(tokens));
        }
    }

    @Override
    public void embeddingBackward(Tensor dTable, Tensor dy, int[] tokens) {
        lmHead.addAtTokens(dTable, dy, tokens);
    }

    @Override
    public void gatherRows(Tensor y, Tensor x, int[] rows) {
        if (rows.length > 0) {
            gather(y.array(), x.array(), device.indices(rows));
        }
    }

    @Override
    public void scatterRows(Tensor dx, Tensor dy, int[] rows) {
        if (rows.length == 0) {
            return;
        }
        INDArray sums = dx.array(); // rows are distinct, so no two threads add to one
        Nd4j.exec(DynamicCustomOp.builder("scatter_add")
                .addInputs(sums, device.indices(rows), dy.array())
                .addOutputs(sums)
                .build());
    }

    @Override
    public void linear(Tensor y, Tensor x, Tensor weight, boolean accumulate) {
        product(y.array(), x.array(), values(weight).transpose(), accumulate);
    }

    @Override
    public void linearBackwardInput(Tensor dx, Tensor dy, Tensor weight, boolean accumulate) {
        product(dx.array(), dy.array(), weight.array(), accumulate);
    }

    @Override
    public void linearBackwardWeight(Gradient dWeight, Tensor dy, Tensor x) {
        product(dWeight.tensor().array(), dy.array().transpose(), x.array(), dWeight.accumulate());
    }

    @Override
    public void rmsNorm(Tensor y, Tensor rstd, Tensor x, Tensor gain, double eps) {
        INDArray rows = x.array();
        INDArray scale = Transforms.pow(rows.mul(rows).mean(1).addi(eps), -0.5, false);
        rstd.array().assign(scale);
        y.array().assign(RowWise.multipliedByColumns(RowWise.multiplied(rows, scale), gain.array()));
    }

    @Override
    public void rmsNormBackward(
            Tensor dx, @Nullable Tensor dGain, Tensor dy, Tensor x, Tensor gain, Tensor rstd, boolean accumulate) {
        INDArray scale = rstd.array();
        INDArray normalised = RowWise.multiplied(x.array(), scale); // x * rstd
        if (dGain != null) {
            dGain.array().addi(dy.array().mul(normalised).sum(0));
        }
        INDArray d = RowWise.multipliedByColumns(dy.array(), gain.array());
        INDArray mean = d.mul(normalised).mean(1);
        write(dx, RowWise.multiply(d.subi(RowWise.multiply(normalised, mean)), scale), accumulate);
    }

    @Override
    public void rotary(Tensor y, Tensor x, RotaryTable table, int[] positions, boolean inverse) {
        rotary.turn(y, x, table, positions, inverse);
    }

    @Override
    public void causalAttention(
            Tensor y, Tensor logSumExp, Tensor q, Tensor k, Tensor v, int headDim, Segments segments) {
        new ReferenceAttention(device, q, k, v, headDim, segments).forward(y, logSumExp);
    }

    @Override
    public void causalAttentionBackward(
            Tensor dq,
            Tensor dk,
            Tensor dv,
            Tensor dy,
            Tensor y,
            Tensor logSumExp,
            Tensor q,
            Tensor k,
            Tensor v,
            int headDim,
            Segments segments) {
        new ReferenceAttention(device, q, k, v, headDim, segments).backward(dq, dk, dv, dy, y, logSumExp);
    }

    @Override
    public void cachedAttention(Tensor y, Tensor q, Tensor keys, Tensor values, int headDim, int[][] contexts) {
        ReferenceCachedAttention.forward(y, q, keys, values, headDim, contexts);
    }

    @Override
    public void linearSoftmax(RowWeights to, Tensor x, Tensor weight, float[] temperatures) {
        INDArray scores = x.array().mmul(values(weight).transpose());
        ReferenceSoftmax.of(scores, transfers.upload(temperatures).castTo(dataType))
                .write(to, transfers);
    }

    @Override
    public void logSumExp(Tensor y, Tensor x) {
        y.array().assign(RowWise.softmax(x.array().dup('c')).logSumExp());
    }

    @Override
    public void logSumExpBackward(Tensor dx, Tensor dy, Tensor y, Tensor x, boolean accumulate) {
        INDArray share = Transforms.exp(RowWise.subtract(x.array().dup('c'), y.array()), false);
        write(dx, RowWise.multiply(share, dy.array()), accumulate);
    }

    @Override
    public void swiGlu(Tensor y, Tensor gate, Tensor up) {
        INDArray silu = Transforms.sigmoid(gate.array(), true).muli(gate.array());
        y.array().assign(silu.muli(up.array()));
    }

    @Override
    public void swiGluBackward(Tensor dGate, Tensor dUp, Tensor y, Tensor dy, Tensor gate, Tensor up) {
        INDArray sigmoid = Transforms.sigmoid(gate.array(), true);
        INDArray silu = sigmoid.mul(gate.array());
        // d silu = sigmoid + silu (1 - sigmoid)
        INDArray slope = sigmoid.rsub(1).muli(silu).addi(sigmoid);
        INDArray gradGate = slope.muli(up.array()).muli(dy.array());
        INDArray gradUp = silu.mul(dy.array());
        y.array().assign(silu.muli(up.array()));
        dUp.array().assign(gradUp);
        dGate.array().assign(gradGate);
    }

    @Override
    public double linearCrossEntropy(
            @Nullable Tensor dHidden,
            @Nullable Gradient dWeight,
            Tensor hidden,
            Tensor weight,
            int[] targets,
            double gradientScale,
            Arena scratch) {
        return lmHead.crossEntropy(dHidden, dWeight, hidden, weight, targets, gradientScale);
    }

    @Override
    public void tokenLogProbs(Tensor logProbs, Tensor hidden, Tensor weight, int[] targets, Arena scratch) {
        lmHead.logProbs(logProbs, hidden, weight, targets);
    }

    @Override
    public void tokenLogProbsBackward(
            @Nullable Tensor dHidden,
            @Nullable Gradient dWeight,
            Tensor dLogProbs,
            Tensor hidden,
            Tensor weight,
            int[] targets,
            Arena scratch) {
        lmHead.logProbsBackward(dHidden, dWeight, dLogProbs, hidden, weight, targets);
    }

    @Override
    public double squaredNorm(Tensor x) {
        INDArray sum = Nd4j.create(DataType.DOUBLE, 1); // on the device until the end
        for (long from = 0; from < x.length(); from += CHUNK) {
            INDArray part = flat(x, from, Math.min(x.length(), from + CHUNK)).castTo(DataType.DOUBLE);
            sum.addi(part.mul(part).sum());
        }
        return transfers.downloadNumber(sum);
    }

    @Override
    public void adamW(Tensor weights, Tensor gradients, Tensor firstMoments, Tensor secondMoments, AdamWUpdate update) {
        for (long from = 0; from < weights.length(); from += CHUNK) {
            long to = Math.min(weights.length(), from + CHUNK);
            INDArray w = flat(weights, from, to);
            INDArray g = flat(gradients, from, to).mul(update.gradientScale());
            INDArray m = flat(firstMoments, from, to);
            INDArray v = flat(secondMoments, from, to);
            m.muli(update.beta1()).addi(g.mul(1 - update.beta1()));
            v.muli(update.beta2()).addi(g.mul(g).muli(1 - update.beta2()));
            INDArray denominator =
                    Transforms.sqrt(v.div(update.secondCorrection()), false).addi(update.eps());
            w.muli(1 - update.learningRate() * update.weightDecay());
            w.subi(m.mul(update.learningRate() / update.firstCorrection()).divi(denominator));
        }
    }

    @Override
    public void close() {
        // ND4J's arrays and threads are ND4J's
    }

    /** c = a · b, or c += a · b, where c is row-major: computed as its column-major transpose, which BLAS writes in place. */
    static void product(INDArray c, INDArray a, INDArray b, boolean accumulate) {
        product(c, a, b, 1, accumulate);
    }

    /** c = factor * a · b, or c += factor * a · b; rows of c may lie apart. */
    static void product(INDArray c, INDArray a, INDArray b, double factor, boolean accumulate) {
        Nd4j.exec(new Mmul(
                b.transpose(), a.transpose(), c.transpose(), factor, accumulate ? 1 : 0, MMulTranspose.allFalse()));
    }

    /** y[i] = x[rows[i]]. */
    static void gather(INDArray y, INDArray x, INDArray rows) {
        Nd4j.exec(DynamicCustomOp.builder("gather")
                .addInputs(x, rows)
                .addOutputs(y)
                .addIntegerArguments(0)
                .build());
    }

    /** Writes or adds a result. */
    static void write(Tensor to, INDArray value, boolean accumulate) {
        if (accumulate) {
            to.array().addi(value);
        } else {
            to.array().assign(value);
        }
    }

    /** A weight in these kernels' type, whatever it is stored in. */
    private INDArray values(Tensor weight) {
        return weight.dataType() == dataType ? weight.array() : weight.array().castTo(dataType);
    }

    private static INDArray flat(Tensor x, long from, long to) {
        return x.reshape(x.length()).slice(from, to).array();
    }
}
