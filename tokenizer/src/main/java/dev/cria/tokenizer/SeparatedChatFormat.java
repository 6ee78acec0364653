package dev.cria.tokenizer;

import java.util.List;

/** The format with a special token between prompt and answer; every part is encoded by itself. */
final class SeparatedChatFormat implements ChatFormat {
    private static final String BEFORE_SEPARATOR = """
            {% if messages[0]['role'] == 'system' %}\
            {% set system = messages[0]['content'] + '\\n\\n' %}{% set loop_messages = messages[1:] %}\
            {% else %}{% set system = '' %}{% set loop_messages = messages %}{% endif %}\
            {% for message in loop_messages %}\
            {% if (message['role'] == 'user') != (loop.index0 % 2 == 0) or message['role'] == 'system' %}\
            {{ raise_exception('roles must alternate: user, assistant, user, assistant, ...') }}{% endif %}\
            {% if message['role'] == 'user' %}\
            {{ bos_token + ((system if loop.first else '') + message['content']).strip() + '""";

    private static final String AFTER_SEPARATOR = """
            ' }}\
            {% else %}{{ message['content'].strip() + eos_token }}{% endif %}\
            {% endfor %}""";

    private final BpeTokenizer tokenizer;
    private final String separator;
    private final int separatorId;

    SeparatedChatFormat(BpeTokenizer tokenizer, String separator) {
        TokenIds.requireBosAndEos(tokenizer);
        this.tokenizer = tokenizer;
        this.separator = separator;
        this.separatorId = tokenizer.model().controlId(separator);
        if (separator.indexOf('\'') >= 0 || separator.indexOf('\\') >= 0) {
            throw new IllegalArgumentException(
                    "the separator " + separator + " has a quote or backslash; choose another");
        }
        if (separatorId < 0) {
            throw new IllegalArgumentException("the tokenizer has no control piece '" + separator
                    + "'; train one with this control piece, or use Llama 2's chat format");
        }
    }

    /** The separator in a template of this format, or the empty string if it is of another format. */
    static String separatorOf(String template) {
        boolean fits = template.startsWith(BEFORE_SEPARATOR)
                && template.endsWith(AFTER_SEPARATOR)
                && template.length() > BEFORE_SEPARATOR.length() + AFTER_SEPARATOR.length();
        return fits ? template.substring(BEFORE_SEPARATOR.length(), template.length() - AFTER_SEPARATOR.length()) : "";
    }

    @Override
    public String chatTemplate() {
        return BEFORE_SEPARATOR + separator + AFTER_SEPARATOR;
    }

    @Override
    public ChatTokens encode(List<ChatMessage> messages) {
        ChatTurns dialogue = ChatTurns.of(messages);
        String system = dialogue.system().map(text -> text + "\n\n").orElse("");
        ChatTokens.Builder tokens = new ChatTokens.Builder();
        for (int i = 0; i < dialogue.turns().size(); i++) {
            ChatTurns.Turn turn = dialogue.turns().get(i);
            tokens.startTurn();
            tokens.add(tokenizer.bosId(), ChatRole.USER);
            addPrompt(i == 0 ? system : "", turn.prompt(), tokens);
            tokens.add(separatorId, ChatRole.USER);
            turn.answer().ifPresent(answer -> {
                tokens.addAll(tokenizer.encode(ChatTurns.strip(answer)), ChatRole.ASSISTANT);
                tokens.add(tokenizer.eosId(), ChatRole.ASSISTANT);
            });
        }
        return tokens.build();
    }

    private void addPrompt(String system, String prompt, ChatTokens.Builder tokens) {
        String text = ChatTurns.strip(system + prompt);
        // Stripping may have shortened the system text from the left.
        int systemEnd = Math.max(0, text.length() - ChatTurns.strip(prompt).length());
        for (Token token : tokenizer.encodeWithOffsets(text)) {
            boolean isSystem = !system.isEmpty() && token.charEnd() <= systemEnd;
            tokens.add(token.id(), isSystem ? ChatRole.SYSTEM : ChatRole.USER);
        }
    }
}
