package dev.cria.examples.world;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import org.junit.jupiter.api.Test;

class DialogueTest {
    @Test
    void aMapperWritesTheChatDataForm() throws Exception {
        assertThat(new ObjectMapper().writeValueAsString(Dialogue.of("Hello?", "Hello!")))
                .isEqualTo("{\"messages\":[{\"role\":\"user\",\"content\":\"Hello?\"},"
                        + "{\"role\":\"assistant\",\"content\":\"Hello!\"}]}");
    }
}
