package org.example;

import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Multiplies two matrices on the backend that the class path brings. */
public final class Consumer {
    private Consumer() {}

    public static void main(String[] args) {
        INDArray a = Nd4j.createFromArray(new float[][] {{1, 2}, {3, 4}});
        System.out.println(Nd4j.getBackend().getClass().getSimpleName() + " " + a.mmul(a));
    }
}
