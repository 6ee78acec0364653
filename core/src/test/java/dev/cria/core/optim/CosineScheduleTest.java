package dev.cria.core.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

class CosineScheduleTest {
    private final CosineSchedule schedule = new CosineSchedule(3e-4, 4, 24, 0.1);

    @Test
    void climbsInEqualStepsAndStartsAboveZero() {
        for (int step = 0; step <= 4; step++) {
            assertThat(schedule.rate(step)).isCloseTo(3e-4 * (step + 1) / 5, within(1e-18));
        }
    }

    @Test
    void fallsAlongACosineToItsFloor() {
        assertThat(schedule.rate(9)).isCloseTo(3e-4 * (0.1 + 0.9 * (2 + Math.sqrt(2)) / 4), within(1e-18)); // a quarter
        assertThat(schedule.rate(14)).isCloseTo(3e-4 * 0.55, within(1e-18)); // half way
        assertThat(schedule.rate(24)).isCloseTo(3e-5, within(1e-18));
        assertThat(schedule.rate(1000)).isCloseTo(3e-5, within(1e-18));
    }

    @Test
    void isAnNd4jSchedule() {
        assertThat(schedule.valueAt(7, 99)).isEqualTo(schedule.rate(7));
        assertThat(schedule.clone()).isEqualTo(schedule);
    }

    @Test
    void withoutWarmupStartsAtThePeak() {
        assertThat(new CosineSchedule(1, 0, 10, 0).rate(0)).isEqualTo(1);
    }

    @Test
    void warmupPastTheEndNeverDividesByZero() {
        assertThat(new CosineSchedule(1, 5, 5, 0.1).rate(5)).isEqualTo(1);
        assertThat(new CosineSchedule(1, 50, 5, 0.1).rate(5)).isCloseTo(6.0 / 51, within(1e-15));
    }

    @Test
    void aRunThatIsAllWarmupIsWorthAWarning() {
        OptimizerConfig config = OptimizerConfig.defaults().withLearningRate(1).withWarmupSteps(2000);

        assertThat(warningsOf(() -> CosineSchedule.of(config, 2001))).isEmpty();
        assertThat(warningsOf(() -> CosineSchedule.of(config, 2000))).hasSize(1);
        assertThat(warningsOf(() -> CosineSchedule.of(config, 1000)))
                .singleElement()
                .asString()
                .contains("climbs for 2000 steps and the run has 1000", "make warmupSteps smaller");
        assertThat(CosineSchedule.of(config, 1000).rate(999)).isCloseTo(0.5, within(1e-3));
    }

    private static List<String> warningsOf(Runnable action) {
        Logger logger = (Logger) LoggerFactory.getLogger(CosineSchedule.class);
        ListAppender<ILoggingEvent> lines = new ListAppender<>();
        lines.start();
        logger.addAppender(lines);
        try {
            action.run();
        } finally {
            logger.detachAppender(lines);
        }
        return lines.list.stream().map(ILoggingEvent::getFormattedMessage).toList();
    }

    @Test
    void refusesWhatMakesNoSchedule() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new CosineSchedule(0, 0, 1, 0))
                .withMessageContaining("peak");
        assertThatIllegalArgumentException().isThrownBy(() -> new CosineSchedule(Double.NaN, 0, 1, 0));
        assertThatIllegalArgumentException().isThrownBy(() -> new CosineSchedule(1, -1, 1, 0));
        assertThatIllegalArgumentException().isThrownBy(() -> new CosineSchedule(1, 0, 0, 0));
        assertThatIllegalArgumentException().isThrownBy(() -> new CosineSchedule(1, 0, 1, 1.1));
    }
}
