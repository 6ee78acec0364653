package dev.cria.core.ops;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * What plain ND4J calls keep on the device between calls, so that it is sent there once: a batch's token ids, targets and
 * positions, and causal masks.
 */
final class DeviceArrays {
    private static final double HIDDEN = -1e30; // score of a token that must not be seen
    private static final int BATCH_VECTORS = 8; // of the batches in work: ids, targets, positions, chosen rows

    private final HostTransfers transfers;
    private final Deque<Indices> recent = new ArrayDeque<>();
    private @Nullable INDArray lastMask;

    private record Indices(int[] values, INDArray array) {}

    DeviceArrays(HostTransfers transfers) {
        this.transfers = transfers;
    }

    /** Indices as a vector, sent once for all calls of a step that use them. */
    INDArray indices(int[] values) {
        for (Indices known : recent) {
            if (Arrays.equals(known.values, values)) {
                return known.array;
            }
        }
        if (recent.size() == BATCH_VECTORS) {
            recent.removeLast();
        }
        INDArray array = transfers.upload(values);
        recent.addFirst(new Indices(values.clone(), array));
        return array;
    }

    /** 0 where a query may look, {@link #HIDDEN} where not, for the last {@code own} of {@code context} tokens: [own, context]. */
    INDArray causalMask(DataType dataType, int own, int context) {
        INDArray mask = lastMask;
        if (mask == null || mask.dataType() != dataType || mask.size(0) != own || mask.size(1) != context) {
            INDArray positions = Nd4j.arange(context).castTo(DataType.FLOAT);
            INDArray queries = Views.rows(positions, context - own, context).reshape(own, 1);
            mask = positions.reshape(1, context).gt(queries).castTo(dataType).muli(HIDDEN);
            lastMask = mask;
        }
        return mask;
    }
}
