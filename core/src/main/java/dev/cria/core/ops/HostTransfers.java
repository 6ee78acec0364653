package dev.cria.core.ops;

import java.util.concurrent.atomic.AtomicLong;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * The only ways between the host's memory and arrays of plain ND4J calls, counted: {@code upload} and {@code download}. On a
 * GPU each waits for the device, so that a step that makes few of them is a step that computes there.
 *
 * <p>Arrays come and go whole. Reading one element of a view would make ND4J copy all of the buffer under it.
 */
public final class HostTransfers {
    private final AtomicLong uploads = new AtomicLong();
    private final AtomicLong uploadedElements = new AtomicLong();
    private final AtomicLong downloads = new AtomicLong();
    private final AtomicLong downloadedElements = new AtomicLong();

    /** Nothing counted yet. */
    HostTransfers() {}

    /**
     * What has been copied so far.
     *
     * @param uploads arrays to the device
     * @param uploadedElements their elements
     * @param downloads arrays to the host
     * @param downloadedElements their elements
     */
    public record Counts(long uploads, long uploadedElements, long downloads, long downloadedElements) {
        /** What has been copied since an earlier count. */
        public Counts since(Counts earlier) {
            return new Counts(
                    uploads - earlier.uploads,
                    uploadedElements - earlier.uploadedElements,
                    downloads - earlier.downloads,
                    downloadedElements - earlier.downloadedElements);
        }
    }

    /** What has been copied so far. */
    public Counts counts() {
        return new Counts(uploads.get(), uploadedElements.get(), downloads.get(), downloadedElements.get());
    }

    /** A vector on the device. */
    INDArray upload(int[] values) {
        countUpload(values.length);
        return Nd4j.createFromArray(values);
    }

    /** A vector on the device. */
    INDArray upload(float[] values) {
        countUpload(values.length);
        return Nd4j.createFromArray(values);
    }

    /** A vector on the device. */
    INDArray upload(double[] values) {
        countUpload(values.length);
        return Nd4j.createFromArray(values);
    }

    /** All elements, row by row. */
    float[] downloadFloats(INDArray x) {
        return own(x, DataType.FLOAT).data().asFloat();
    }

    /** All elements, row by row. */
    double[] download(INDArray x) {
        return own(x, DataType.DOUBLE).data().asDouble();
    }

    /** The element of a one-element array. */
    double downloadNumber(INDArray x) {
        return download(x)[0];
    }

    /** A copy on the device whose buffer has these elements and no others. */
    private INDArray own(INDArray x, DataType dataType) {
        downloads.incrementAndGet();
        downloadedElements.addAndGet(x.length());
        INDArray copy = Nd4j.createUninitialized(dataType, x.shape(), 'c');
        copy.assign(x);
        Nd4j.getExecutioner().commit();
        return copy;
    }

    private void countUpload(int length) {
        uploads.incrementAndGet();
        uploadedElements.addAndGet(length);
    }
}
