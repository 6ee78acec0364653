package dev.cria.cli;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Lets Ctrl-C finish the step: should the JVM end during the work, the work is first asked to stop and waited for, so that
 * it writes its checkpoint.
 */
final class GracefulStop {
    private static final Duration PATIENCE = Duration.ofMinutes(5);

    private GracefulStop() {}

    /**
     * Works under this protection.
     *
     * @param requestStop asks the work to stop, from another thread
     * @param work writes its files and says what it has to say before it returns
     */
    static void during(Runnable requestStop, Runnable work) {
        CountDownLatch done = new CountDownLatch(1);
        Thread hook = new Thread(() -> stop(requestStop, done), "graceful-stop");
        Runtime.getRuntime().addShutdownHook(hook);
        try {
            work.run();
        } finally {
            done.countDown();
            forget(hook);
        }
    }

    private static void stop(Runnable requestStop, CountDownLatch done) {
        requestStop.run();
        try {
            if (!done.await(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
                System.err.println("cria: the step did not end in time; the last checkpoint stands");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void forget(Thread hook) {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            // The JVM is ending already: the hook runs and finds the work done.
        }
    }
}
