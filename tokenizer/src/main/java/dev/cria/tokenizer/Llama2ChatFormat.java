package dev.cria.tokenizer;

import java.util.List;

/** Llama 2's chat format as Meta's code builds it: each pair of prompt and answer is one text, encoded as a whole. */
final class Llama2ChatFormat implements ChatFormat {
    static final String TEMPLATE = """
            {% if messages[0]['role'] == 'system' %}\
            {% set system = '<<SYS>>\\n' + messages[0]['content'] + '\\n<</SYS>>\\n\\n' %}{% set loop_messages = messages[1:] %}\
            {% else %}{% set system = '' %}{% set loop_messages = messages %}{% endif %}\
            {% for message in loop_messages %}\
            {% if (message['role'] == 'user') != (loop.index0 % 2 == 0) or message['role'] == 'system' %}\
            {{ raise_exception('roles must alternate: user, assistant, user, assistant, ...') }}{% endif %}\
            {% if message['role'] == 'user' %}\
            {{ bos_token + '[INST] ' + ((system if loop.first else '') + message['content']).strip() + ' [/INST]' }}\
            {% else %}{{ ' ' + message['content'].strip() + ' ' + eos_token }}{% endif %}\
            {% endfor %}""";

    private static final List<String> MARKS = List.of("[INST]", "[/INST]", "<<SYS>>", "<</SYS>>");

    private final Tokenizer tokenizer;
    private final MarkPolicy policy;

    Llama2ChatFormat(Tokenizer tokenizer, MarkPolicy policy) {
        TokenIds.requireBosAndEos(tokenizer);
        this.tokenizer = tokenizer;
        this.policy = policy;
    }

    @Override
    public String chatTemplate() {
        return TEMPLATE;
    }

    @Override
    public ChatTokens encode(List<ChatMessage> messages) {
        ChatTurns dialogue = ChatTurns.of(messages);
        String system = dialogue.system()
                .map(text -> "<<SYS>>\n" + withoutMarks(text, "the system message") + "\n<</SYS>>\n\n")
                .orElse("");
        ChatTokens.Builder tokens = new ChatTokens.Builder();
        for (int i = 0; i < dialogue.turns().size(); i++) {
            ChatTurns.Turn turn = dialogue.turns().get(i);
            String prompt = withoutMarks(turn.prompt(), "the user's message in turn " + (i + 1));
            addTurn(i == 0 ? system : "", prompt, turn, tokens);
        }
        return tokens.build();
    }

    private void addTurn(String system, String prompt, ChatTurns.Turn turn, ChatTokens.Builder tokens) {
        String asked = "[INST] " + ChatTurns.strip(system + prompt) + " [/INST]";
        String answered =
                turn.answer().map(answer -> " " + ChatTurns.strip(answer) + " ").orElse("");
        int systemEnd = system.isEmpty() ? 0 : "[INST] ".length() + system.length();
        tokens.startTurn();
        tokens.add(tokenizer.bosId(), ChatRole.USER);
        for (Token token : tokenizer.encodeWithOffsets(asked + answered)) {
            ChatRole side = token.charEnd() > asked.length() ? ChatRole.ASSISTANT : ChatRole.USER;
            tokens.add(token.id(), token.charEnd() <= systemEnd ? ChatRole.SYSTEM : side);
        }
        if (turn.answer().isPresent()) {
            tokens.add(tokenizer.eosId(), ChatRole.ASSISTANT);
        }
    }

    /** Ids decode to their text, so where no mark stands in the text no mark's ids can be in the tokens. */
    private String withoutMarks(String text, String where) {
        String clean = text;
        for (String mark : MARKS) {
            if (policy == MarkPolicy.REFUSE && text.contains(mark)) {
                throw new IllegalArgumentException(
                        where + " contains '" + mark
                                + "', which the model would take for the format's own mark; remove it or choose to escape marks");
            }
            clean = clean.replace(mark, mark.charAt(0) + " " + mark.substring(1));
        }
        return clean;
    }
}
