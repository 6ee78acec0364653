package dev.cria.model.generation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cria.core.Engine;
import dev.cria.model.Llama;
import dev.cria.model.TinyModels;
import dev.cria.tokenizer.ByteTokenizer;
import dev.cria.tokenizer.ChatFormat;
import dev.cria.tokenizer.ChatMessage;
import dev.cria.tokenizer.Tokenizer;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ChatSessionTest {
    private final Engine engine = Engine.create();
    private final Tokenizer tokenizer = new ByteTokenizer();
    private final ChatFormat format = ChatFormat.llama2(tokenizer);
    private final Llama model = TinyModels.llama(engine, 3);
    private final TextGenerator generator = new TextGenerator(model, tokenizer);
    private final Sampling sampling = Sampling.greedy().withMaxTokens(6);

    @AfterEach
    void close() {
        generator.close();
        model.close();
        engine.close();
    }

    @Test
    void aLaterAnswerIsThatOfTheWholeDialogue() {
        try (ChatSession session = new ChatSession(generator, format, null, sampling)) {
            String first = session.answer("Hi", TextListener.none()).text();
            Generation second = session.answer("And", TextListener.none());
            List<ChatMessage> dialogue =
                    List.of(ChatMessage.user("Hi"), ChatMessage.assistant(first.strip()), ChatMessage.user("And"));
            Generation whole = generator.generate(format.encode(dialogue).ids(), sampling, TextListener.none());
            assertThat(second.tokens()).isEqualTo(whole.tokens());
            assertThat(session.messages()).hasSize(4);
        }
    }

    @Test
    void theOldestTurnsAreForgottenAndTheSystemMessageIsNot() {
        try (ChatSession session = new ChatSession(generator, format, "Be kind", sampling)) {
            for (int turn = 0; turn < 6; turn++) {
                session.answer("Question " + turn, TextListener.none());
            }
            List<ChatMessage> messages = session.messages();
            assertThat(messages.get(0)).isEqualTo(ChatMessage.system("Be kind"));
            assertThat(messages).hasSizeLessThan(13).hasSizeGreaterThan(2);
            assertThat(messages.get(messages.size() - 2)).isEqualTo(ChatMessage.user("Question 5"));
        }
    }

    @Test
    void resetForgetsTheTurns() {
        try (ChatSession session = new ChatSession(generator, format, "S", sampling)) {
            Generation first = session.answer("Hi", TextListener.none());
            session.reset();
            assertThat(session.messages()).containsExactly(ChatMessage.system("S"));
            assertThat(session.answer("Hi", TextListener.none()).tokens()).isEqualTo(first.tokens());
        }
    }

    @Test
    void aMessageLongerThanTheContextIsRefusedAndTheDialogueGoesOn() {
        try (ChatSession session = new ChatSession(generator, format, null, sampling)) {
            session.answer("Hi", TextListener.none());
            assertThatThrownBy(() -> session.answer("x".repeat(130), TextListener.none()))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("context of 128");
            assertThat(session.messages()).hasSize(2);
            assertThat(session.answer("Go on", TextListener.none()).tokens()).isNotEmpty();
        }
    }

    @Test
    void anAnswerCanBeStopped() {
        try (ChatSession session = new ChatSession(generator, format, null, sampling)) {
            Generation stopped = session.answer("Hi", piece -> false);
            assertThat(stopped.finishReason()).isEqualTo(FinishReason.CANCELLED);
            assertThat(session.answer("Go on", TextListener.none()).tokens()).hasSize(6);
        }
    }
}
