package dev.cria.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cria.core.Engine;
import dev.cria.model.Llama;
import dev.cria.model.TinyModels;
import dev.cria.tokenizer.ByteTokenizer;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GenerateCommandTest {
    @TempDir
    private static Path model;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @BeforeAll
    static void saveModel() {
        try (Engine engine = Engine.create();
                Llama llama = TinyModels.llama(engine, 1)) {
            llama.save(model);
            new ByteTokenizer().save(model);
        }
    }

    @Test
    void continuesAPrompt() {
        assertThat(generate("--prompt", "Once", "--max-tokens", "5", "--temperature", "0"))
                .isZero();
        assertThat(out.toString()).startsWith("Once").hasSizeGreaterThan(4);
    }

    @Test
    void aBadSettingIsOneLine() {
        assertThat(generate("--prompt", "Once", "--top-p", "0")).isEqualTo(2);
        assertThat(err.toString()).hasLineCount(1).startsWith("cria: topP must be above 0");
    }

    private int generate(String... options) {
        String[] args = new String[options.length + 3];
        args[0] = "generate";
        args[1] = "--model";
        args[2] = model.toString();
        System.arraycopy(options, 0, args, 3, options.length);
        return Cria.commandLine()
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .execute(args);
    }
}
