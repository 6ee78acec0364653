package dev.cria.core.ops;

import org.nd4j.linalg.factory.Nd4j;

/** Starts ND4J's backend, or says in one line why it does not start. */
public final class Backend {
    private Backend() {}

    /**
     * Loads the backend that the class path brings, if it is not loaded yet.
     *
     * @throws IllegalStateException if there is none, or its Java and native jars are of different versions
     */
    public static void require() {
        try {
            Nd4j.getBackend();
        } catch (LinkageError | RuntimeException e) {
            throw new IllegalStateException(
                    "ND4J cannot start: %s; depend on dev.cria:cria-cpu and import dev.cria:cria-bom, which pin ND4J's backend, OpenBLAS and JavaCPP, Java and native jars together"
                            .formatted(root(e)),
                    e);
        }
    }

    private static Throwable root(Throwable e) {
        Throwable root = e;
        while (root.getCause() != null && root.getCause() != root) {
            root = root.getCause();
        }
        return root;
    }
}
