package dev.cria.core.ops;

import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Rotary embedding in ND4J calls. The table is sent to the device once; a batch's angles are gathered there for all layers. */
final class ReferenceRotary {
    private final HostTransfers transfers;
    private final DeviceArrays device;
    private @Nullable Table table;
    private @Nullable Angles angles;

    /** Cosines and sines of all positions on the device, [positions, headDim / 2]. */
    private record Table(RotaryTable of, INDArray cos, INDArray sin) {}

    /** Cosines and sines of one batch, [tokens, 1, headDim / 2]. */
    private record Angles(RotaryTable of, INDArray positions, INDArray cos, INDArray sin) {}

    ReferenceRotary(HostTransfers transfers, DeviceArrays device) {
        this.transfers = transfers;
        this.device = device;
    }

    void turn(Tensor y, Tensor x, RotaryTable rotary, int[] positions, boolean inverse) {
        Angles batch = angles(rotary, positions, x);
        int half = rotary.headDim() / 2;
        INDArray first = Views.heads(x, rotary.headDim(), 0, half);
        INDArray second = Views.heads(x, rotary.headDim(), half, half);
        INDArray sin = inverse ? batch.sin.neg() : batch.sin;
        INDArray turnedFirst = first.mul(batch.cos).subi(second.mul(sin));
        INDArray turnedSecond = second.mul(batch.cos).addi(first.mul(sin));
        Views.heads(y, rotary.headDim(), 0, half).assign(turnedFirst);
        Views.heads(y, rotary.headDim(), half, half).assign(turnedSecond);
    }

    private Angles angles(RotaryTable rotary, int[] positions, Tensor like) {
        Table all = table;
        if (all == null || all.of != rotary || all.cos.dataType() != like.dataType()) {
            rotary.check(positions);
            all = new Table(rotary, upload(rotary.cos(), rotary, like), upload(rotary.sin(), rotary, like));
            table = all;
        }
        INDArray rows = device.indices(positions);
        Angles batch = angles;
        if (batch == null || batch.of != rotary || batch.positions != rows) {
            rotary.check(positions);
            batch = new Angles(rotary, rows, gather(all.cos, rows), gather(all.sin, rows));
            angles = batch;
        }
        return batch;
    }

    private INDArray upload(float[] values, RotaryTable rotary, Tensor like) {
        return transfers.upload(values).castTo(like.dataType()).reshape('c', rotary.positions(), rotary.headDim() / 2);
    }

    private static INDArray gather(INDArray angles, INDArray positions) {
        INDArray batch = Nd4j.createUninitialized(angles.dataType(), positions.length(), angles.size(1));
        ReferenceOps.gather(batch, angles, positions);
        return batch.reshape('c', positions.length(), 1, angles.size(1));
    }
}
