package dev.cria.core.train;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.math.BigDecimal;
import org.junit.jupiter.api.Test;

class ConfigChangeTest {
    @Test
    void aNumberIsTheSameHoweverItWasReadInListsToo() {
        ObjectNode inMemory = new JsonNodeFactory(true).objectNode();
        inMemory.put("rate", new BigDecimal("1.0"));
        inMemory.putArray("sources").addObject().put("weight", new BigDecimal("0.70"));

        assertThat(ConfigChange.between(json("{'rate': 1, 'sources': [{'weight': 0.7}]}"), inMemory))
                .isEmpty();
    }

    @Test
    void aChangedElementIsNamedAndALongerListIsAChangeAsAWhole() {
        JsonNode before = json("{'sources': [{'weight': 0.7}, {'weight': 0.3}]}");

        assertThat(ConfigChange.between(before, json("{'sources': [{'weight': 0.7}, {'weight': 0.2}]}")))
                .containsExactly(new ConfigChange("sources[1].weight", "0.3", "0.2"));
        assertThat(ConfigChange.between(before, json("{'sources': [{'weight': 0.7}]}")))
                .extracting(ConfigChange::key)
                .containsExactly("sources");
    }

    private static JsonNode json(String text) {
        try {
            return new ObjectMapper().readTree(text.replace('\'', '"'));
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(text, e);
        }
    }
}
