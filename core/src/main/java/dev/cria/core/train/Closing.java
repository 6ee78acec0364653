package dev.cria.core.train;

import org.jspecify.annotations.Nullable;

/** Closes several things in order, each even if one before it fails. */
final class Closing {
    private Closing() {}

    static void all(@Nullable AutoCloseable... resources) {
        RuntimeException failure = null;
        for (AutoCloseable resource : resources) {
            try {
                if (resource != null) {
                    resource.close();
                }
            } catch (RuntimeException e) {
                failure = failure == null ? e : failure;
            } catch (Exception e) {
                throw new AssertionError("none of these throws checked exceptions", e);
            }
        }
        if (failure != null) {
            throw failure;
        }
    }
}
