package dev.cria.core;

import static org.assertj.core.api.Assertions.assertThat;

import org.bytedeco.javacpp.Loader;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** The CPU backend that tests and the command line run on. */
class BackendTest {
    @Test
    void multipliesMatrices() {
        INDArray a = Nd4j.createFromArray(new float[][] {{1, 2}, {3, 4}});
        assertThat(a.mmul(a).toFloatMatrix()).isDeepEqualTo(new float[][] {{7, 10}, {15, 22}});
    }

    @Test
    void pairsJavaAndNativeJarsOfOneVersion() throws Exception {
        assertThat(Loader.getVersion("org.bytedeco", "javacpp")).isEqualTo("1.5.12");
        assertThat(Loader.getVersion("org.bytedeco", "openblas")).isEqualTo("0.3.30-1.5.12");
    }
}
