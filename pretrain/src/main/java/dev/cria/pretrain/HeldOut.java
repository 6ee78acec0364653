package dev.cria.pretrain;

import dev.cria.core.data.Windows.Window;
import java.util.ArrayList;
import java.util.List;

/** The end of a stream, which is not trained on but evaluated. */
final class HeldOut {
    private HeldOut() {}

    /** Windows that cover a stretch of the stream once, the last one shorter: what the held-out loss is measured on. */
    static List<List<Window>> covering(long from, long to, int contextLength, int batchSize) {
        List<List<Window>> batches = new ArrayList<>();
        List<Window> batch = new ArrayList<>();
        for (long start = from; start + 1 < to; start += contextLength) {
            batch.add(new Window(start, (int) Math.min(contextLength, to - 1 - start)));
            if (batch.size() == batchSize) {
                batches.add(batch);
                batch = new ArrayList<>();
            }
        }
        if (!batch.isEmpty()) {
            batches.add(batch);
        }
        return batches;
    }
}
