package dev.cria.core.train;

/**
 * Shows a run in a browser while it trains. Found by {@link java.util.ServiceLoader}, so that a web server and its
 * libraries are on the class path only where they are wanted.
 */
public interface TrainingDashboard {
    /**
     * Begins to serve pages.
     *
     * @param run name of the run
     * @param port to serve at, 1 to 65535
     * @return what the run tells of itself; closing it ends the pages
     * @throws IllegalArgumentException if the port is taken
     */
    TrainingListener show(String run, int port);
}
