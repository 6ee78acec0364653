package dev.cria.cli;

import dev.cria.core.Engine;
import dev.cria.core.checkpoint.Checkpoints;
import dev.cria.model.Llama;
import dev.cria.model.generation.Sampling;
import dev.cria.sft.AnswerSource;
import dev.cria.sft.ModelAnswers;
import dev.cria.tokenizer.ChatFormat;
import dev.cria.tokenizer.ChatMessage;
import dev.cria.tokenizer.Tokenizer;
import java.nio.file.Path;
import java.util.List;

/** A chat model from its directory, with all it needs to answer. */
final class ChatModel implements AnswerSource, AutoCloseable {
    private final Engine engine;
    private final Llama model;
    private final ModelAnswers answers;

    private ChatModel(Engine engine, Llama model, ModelAnswers answers) {
        this.engine = engine;
        this.model = model;
        this.answers = answers;
    }

    /** Loads a model directory, checkpoint or run. */
    static ChatModel load(Path path, Sampling sampling) {
        Path directory = Checkpoints.resolve(path);
        Tokenizer tokenizer = Tokenizer.load(directory);
        ChatFormat format = ChatFormat.load(directory, tokenizer);
        Engine engine = Engine.create();
        try {
            Llama model = Llama.loadForInference(engine, directory);
            return new ChatModel(engine, model, new ModelAnswers(model, tokenizer, format, sampling));
        } catch (RuntimeException e) {
            engine.close();
            throw e;
        }
    }

    @Override
    public List<String> answers(List<List<ChatMessage>> dialogues) {
        return answers.answers(dialogues);
    }

    @Override
    public boolean fits(List<ChatMessage> dialogue) {
        return answers.fits(dialogue);
    }

    @Override
    public void close() {
        answers.close();
        model.close();
        engine.close();
    }
}
