package dev.cria.examples.recipe;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ClaimsTest {
    private static Claim claim(Stage stage, String beginning, String figures) throws IOException {
        StageResult result = new StageResult(stage.id(), 1, new ObjectMapper().readTree(figures));
        List<Claim> claims = Claims.of(Map.of(stage, result));
        return claims.stream()
                .filter(claim -> claim.paper().startsWith(beginning))
                .findFirst()
                .orElseThrow();
    }

    private static Claim versions(String beginning, String last) throws IOException {
        String start =
                "{\"name\": \"V0\", \"helpfulness\": 0.8, \"violations\": 0.5, \"againstStart\": {\"rate\": 0.5},"
                        + " \"againstPrevious\": {\"rate\": 0.5, \"standardError\": 0}}";
        return claim(Stage.EVALUATION, beginning, "{\"rows\": [%s, %s], \"recall\": {}}".formatted(start, last));
    }

    @Test
    void aClaimHoldsByItsCriterionAlone() throws IOException {
        String better = "{\"name\": \"V5\", \"helpfulness\": 0.785, \"violations\": 0.1,"
                + " \"againstStart\": {\"rate\": 0.6, \"lower\": 0.56, \"upper\": 0.64},"
                + " \"againstPrevious\": {\"rate\": 0.49, \"standardError\": 0.01}}";
        assertThat(versions("The RLHF models win", better).reproduced()).isTrue();
        assertThat(versions("The RLHF models win", better).here())
                .isEqualTo("V5 wins 60.0 %, 95 % interval 56.0 to 64.0 %");
        assertThat(versions("Version after version", better).reproduced()).isTrue();
        assertThat(versions("Safety violations fall", better).reproduced()).isTrue();
        assertThat(versions("Helpfulness does not suffer", better).reproduced()).isTrue();

        String worse = better.replace("0.785", "0.775")
                .replace("0.1,", "0.5,")
                .replace("0.56", "0.499")
                .replace("0.49", "0.47");
        assertThat(versions("The RLHF models win", worse).reproduced()).isFalse();
        assertThat(versions("Version after version", worse).reproduced()).isFalse();
        assertThat(versions("Safety violations fall", worse).reproduced()).isFalse();
        assertThat(versions("Helpfulness does not suffer", worse).reproduced()).isFalse();
    }

    @Test
    void ghostAttentionNeedsBothTheLevelAndTheDifference() throws IOException {
        String figures =
                "{\"rows\": [], \"recall\": {\"V4\": {\"20\": %s}, \"V4 without Ghost Attention\": {\"20\": %s}}}";
        assertThat(recall(figures, 0.95, 0.1).reproduced()).isTrue();
        assertThat(recall(figures, 0.95, 0.5).reproduced()).isFalse();
        assertThat(recall(figures, 0.85, 0).reproduced()).isFalse();
    }

    private static Claim recall(String figures, double with, double without) throws IOException {
        return claim(Stage.EVALUATION, "With Ghost Attention", figures.formatted(with, without));
    }

    @Test
    void aStageThatIsNotDoneClaimsNothing() {
        assertThat(Claims.of(Map.of())).isEmpty();
    }
}
