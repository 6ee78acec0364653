package dev.cria.tokenizer;

import java.nio.file.Path;
import java.util.List;

/**
 * Turns dialogues into tokens. A dialogue is an optional system message, which is folded into the first user message, then user and
 * assistant in turn, starting with the user. Every turn has a bos and an eos of its own.
 */
public interface ChatFormat {
    /**
     * Encodes a dialogue. One that ends with a user message has no eos at its end: generation goes on from there.
     *
     * @throws IllegalArgumentException if the messages are out of order, or contain the format's marks where these are refused; the
     *     message says which message is wrong
     */
    ChatTokens encode(List<ChatMessage> messages);

    /** The same format as a Jinja template, for {@code apply_chat_template} of Transformers. */
    String chatTemplate();

    /** Adds the template to the tokenizer files in a directory, so that {@link #load} and Transformers find it. */
    default void save(Path directory) {
        ChatTemplates.save(this, directory);
    }

    /**
     * Llama 2's format: {@code <s>[INST] <<SYS>>\n{system}\n<</SYS>>\n\n{user} [/INST] {answer} </s><s>[INST] ...}. The marks are plain text
     * and have the same ids when a user writes them.
     *
     * @param marks what to do about them in system and user text
     */
    static ChatFormat llama2(Tokenizer tokenizer, MarkPolicy marks) {
        return new Llama2ChatFormat(tokenizer, marks);
    }

    /** Llama 2's format, which refuses its marks in system and user text. */
    static ChatFormat llama2(Tokenizer tokenizer) {
        return llama2(tokenizer, MarkPolicy.REFUSE);
    }

    /**
     * The format of the Llama 2 paper's fine-tuning (section 3.1), in which a special token separates prompt and answer:
     * {@code <s>{system}\n\n{user}<separator>{answer}</s>}. No text encodes to the separator, so nothing needs to be refused.
     *
     * @param separator name of a control piece, see {@link BpeTrainerConfig#controlPieces}
     * @throws IllegalArgumentException if the tokenizer has no such control piece
     */
    static ChatFormat separated(BpeTokenizer tokenizer, String separator) {
        return new SeparatedChatFormat(tokenizer, separator);
    }

    /**
     * The format saved in a directory, or Llama 2's if none is.
     *
     * @throws IllegalArgumentException if the template there is neither Llama 2's nor one with a separator
     */
    static ChatFormat load(Path directory, Tokenizer tokenizer) {
        return load(directory, tokenizer, MarkPolicy.REFUSE);
    }

    /**
     * The format saved in a directory, or Llama 2's if none is.
     *
     * @param marks what to do about the format's marks in system and user text, where it has any
     * @throws IllegalArgumentException if the template there is neither Llama 2's nor one with a separator
     */
    static ChatFormat load(Path directory, Tokenizer tokenizer, MarkPolicy marks) {
        return ChatTemplates.load(directory, tokenizer, marks);
    }

    /** What to do about a format's marks in text that people write. */
    enum MarkPolicy {
        /** Refuse the dialogue. */
        REFUSE,
        /** Put a space after a mark's first character, so that it is a mark no more. */
        ESCAPE
    }
}
