package dev.cria.core.ops;

import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Rotary embedding in ND4J calls. The table is sent to the device when it has grown; a batch's angles
 * are gathered there for all layers.
 */
final class ReferenceRotary {
    private final HostTransfers transfers;
    private final DeviceArrays device;
    private @Nullable Table table;
    private @Nullable Angles angles;

    /** Cosines and sines of the first positions on the device, [positions, headDim / 2]. */
    private record Table(RotaryTable.Angles of, INDArray cos, INDArray sin) {}

    /** Cosines and sines of one batch, [tokens, 1, headDim / 2]. */
    private record Angles(RotaryTable.Angles of, INDArray positions, INDArray cos, INDArray sin) {}

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
        RotaryTable.Angles host = rotary.angles(positions);
        Table all = table;
        if (all == null || !all.of.equals(host) || all.cos.dataType() != like.dataType()) {
            all = new Table(host, upload(host.cos(), host, like), upload(host.sin(), host, like));
            table = all;
        }
        INDArray rows = device.indices(positions);
        Angles batch = angles;
        if (batch == null || !batch.of.equals(host) || batch.positions != rows) {
            batch = new Angles(host, rows, gather(all.cos, rows), gather(all.sin, rows));
            angles = batch;
        }
        return batch;
    }

    private INDArray upload(float[] values, RotaryTable.Angles of, Tensor like) {
        int rows = of.positions();
        return transfers.upload(values).castTo(like.dataType()).reshape('c', rows, values.length / rows);
    }

    private static INDArray gather(INDArray angles, INDArray positions) {
        INDArray batch = Nd4j.createUninitialized(angles.dataType(), positions.length(), angles.size(1));
        ReferenceOps.gather(batch, angles, positions);
        return batch.reshape('c', positions.length(), 1, angles.size(1));
    }
}
