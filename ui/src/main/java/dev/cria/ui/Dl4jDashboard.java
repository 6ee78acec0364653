package dev.cria.ui;

import dev.cria.core.train.TrainingDashboard;
import dev.cria.core.train.TrainingListener;
import java.io.IOException;
import java.net.ServerSocket;
import org.deeplearning4j.exception.DL4JException;
import org.deeplearning4j.ui.VertxUIServer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * DL4J's training UI at {@code http://localhost:PORT/train}. DL4J has one server a process, and it serves all of the
 * machine's addresses without a password.
 */
public final class Dl4jDashboard implements TrainingDashboard {
    private static final Logger LOG = LoggerFactory.getLogger(Dl4jDashboard.class);

    /** Nothing is served yet. */
    public Dl4jDashboard() {}

    @Override
    public TrainingListener show(String run, int port) {
        checkFree(port);
        try {
            VertxUIServer server = VertxUIServer.getInstance(port, false, null);
            LOG.info("training UI at http://localhost:{}/train", port);
            return new StatsFeed(server, run);
        } catch (DL4JException e) {
            throw new IllegalStateException("the training UI did not start: " + e.getMessage(), e);
        }
    }

    /** DL4J itself would wait for a taken port without end. */
    private static void checkFree(int port) {
        if (port < 1 || port > 65535) {
            throw new IllegalArgumentException("the training UI's port must be in 1 to 65535, got " + port);
        }
        try (ServerSocket socket = new ServerSocket(port)) {
            socket.setReuseAddress(true);
        } catch (IOException e) {
            throw new IllegalArgumentException(
                    "port %d, where the training UI should be, is taken (%s); choose another by --ui-port"
                            .formatted(port, e.getMessage()),
                    e);
        }
    }

    /** Ends the server; one that does not end is no reason for a run to fail. */
    static void stop() {
        try {
            VertxUIServer.stopInstance();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (Exception e) { // that is what it declares
            LOG.warn("the training UI did not stop: {}", e.getMessage());
        }
    }
}
