package dev.cria.tokenizer;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;

/** Keeps a chat format in {@code tokenizer_config.json}. */
final class ChatTemplates {
    private static final String KEY = "chat_template";

    private ChatTemplates() {}

    static void save(ChatFormat format, Path directory) {
        Path file = directory.resolve(HuggingFaceWriter.CONFIG_FILE);
        ObjectNode config = TokenizerFiles.readConfig(file);
        config.put(KEY, format.chatTemplate());
        TokenizerFiles.write(file, HuggingFaceWriter.bytes(config));
    }

    static ChatFormat load(Path directory, Tokenizer tokenizer, ChatFormat.MarkPolicy marks) {
        Path file = directory.resolve(HuggingFaceWriter.CONFIG_FILE);
        String template = TokenizerFiles.readConfig(file).path(KEY).asText(Llama2ChatFormat.TEMPLATE);
        if (template.equals(Llama2ChatFormat.TEMPLATE)) {
            return ChatFormat.llama2(tokenizer, marks);
        }
        String separator = SeparatedChatFormat.separatorOf(template);
        if (separator.isEmpty() || !(tokenizer instanceof BpeTokenizer bpe)) {
            throw new IllegalArgumentException(
                    file + ": the chat_template is none of Cria's; remove it to use Llama 2's chat format");
        }
        return ChatFormat.separated(bpe, separator);
    }
}
