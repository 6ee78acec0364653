package dev.cria.ui;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cria.core.train.Distribution;
import dev.cria.core.train.StepHealth;
import dev.cria.core.train.StepReport;
import dev.cria.core.train.TensorReport;
import dev.cria.core.train.TrainingDashboard;
import dev.cria.core.train.TrainingListener;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.ServiceLoader;
import org.junit.jupiter.api.Test;

/** The pages of a run as a browser asks for them. */
class Dl4jDashboardTest {
    private static final long DEADLINE_NANOS = 60_000_000_000L;

    private final HttpClient browser = HttpClient.newHttpClient();

    @Test
    void thePagesShowScoreRatiosHistogramsRatesAndMemory() throws Exception {
        int port = freePort();
        TrainingDashboard dashboard =
                ServiceLoader.load(TrainingDashboard.class).findFirst().orElseThrow();
        try (TrainingListener listener = dashboard.show("a run", port)) {
            listener.onStart(0, 1000);
            for (long step = 1; step <= 20; step++) {
                if (step % listener.tensorsEverySteps() == 0) {
                    listener.onTensors(step, tensors());
                }
                listener.onStep(report(step));
            }

            String overview = await(port, "/train/overview/data", "layers.011_W");
            assertThat(overview)
                    .contains("\"scores\":[4.0,2.0") // at steps 1, 2, 4, 6: 1,000 steps are more than 512 points
                    .contains("\"scoresIter\":[1,2,4,6")
                    .contains("\"layers.001_W\":[0.1,")
                    .doesNotContain("q_proj");
            assertThat(get(port, "/train/overview")).contains("<html").contains("overview.js");
            assertThat(get(port, "/train/model/graph"))
                    .contains("\"tokens\",\"embed_tokens\",\"layers.001\",\"layers.011\",\"norm\"");
            assertThat(get(port, "/train/model/data/2"))
                    .contains("\"lrs\":{\"self_attn.q_proj\":[")
                    .contains("\"paramHist\"")
                    .contains("\"counts\":[1,0");
            assertThat(get(port, "/train/system/data")).contains("\"memory\"").contains("\"maxBytes\"");
        }
        assertThatThrownBy(() -> get(port, "/train/overview")).isInstanceOf(IOException.class);
    }

    @Test
    void aTakenPortIsAnErrorThatNamesIt() throws IOException {
        try (ServerSocket taken = new ServerSocket(0)) {
            assertThatThrownBy(() -> new Dl4jDashboard().show("run", taken.getLocalPort()))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("port " + taken.getLocalPort())
                    .hasMessageContaining("--ui-port");
        }
        assertThatThrownBy(() -> new Dl4jDashboard().show("run", 70_000))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("70000");
    }

    /** DL4J takes in reports twice a second. */
    private String await(int port, String path, String wanted) throws Exception {
        long begin = System.nanoTime();
        String page = get(port, path);
        while (!page.contains(wanted) && System.nanoTime() - begin < DEADLINE_NANOS) {
            Thread.sleep(100);
            page = get(port, path);
        }
        return page;
    }

    private String get(int port, String path) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://localhost:" + port + path))
                .timeout(Duration.ofSeconds(60))
                .build();
        return browser.send(request, HttpResponse.BodyHandlers.ofString())
                .body()
                .replaceAll("\\s", "");
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    private static List<TensorReport> tensors() {
        return List.of(
                tensor("model.embed_tokens.weight"),
                tensor("model.layers.1.self_attn.q_proj.weight"),
                tensor("model.layers.11.self_attn.q_proj.weight"),
                tensor("model.norm.weight"));
    }

    /** Weights 1 and 3, updates a tenth of them. */
    private static TensorReport tensor(String name) {
        long[] bins = new long[Distribution.BINS];
        bins[0] = 1;
        bins[Distribution.BINS - 1] = 1;
        Distribution weights = new Distribution(2, 1, 3, 4, 10, 4, bins);
        Distribution updates = new Distribution(2, 0.1, 0.3, 0.4, 0.1, 0.4, bins);
        return new TensorReport(name, weights, updates, updates);
    }

    private static StepReport report(long step) {
        return new StepReport(
                step,
                1000,
                4.0 / step,
                Map.of(),
                OptionalDouble.empty(),
                1e-3,
                0.5,
                100 * step,
                1000,
                0,
                0.1 * step,
                StepHealth.GOOD,
                0);
    }
}
