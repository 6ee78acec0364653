package dev.cria.cli;

import java.io.IOException;
import org.jline.terminal.Terminal;
import org.jline.terminal.Terminal.Signal;
import org.jline.terminal.Terminal.SignalHandler;
import org.jline.terminal.TerminalBuilder;

/** What Ctrl-C does: while an answer is written it stops the answer, otherwise it ends the program. */
final class Interrupts implements AutoCloseable {
    private final Terminal terminal;
    private volatile boolean stopped;

    private Interrupts(Terminal terminal) {
        this.terminal = terminal;
    }

    /** Opens the terminal. */
    static Interrupts open() throws IOException {
        return new Interrupts(TerminalBuilder.builder()
                .system(true)
                .dumb(true)
                .nativeSignals(true)
                .signalHandler(SignalHandler.SIG_DFL)
                .build());
    }

    /** From now on Ctrl-C stops an answer. */
    void stopAnswer() {
        stopped = false;
        terminal.handle(Signal.INT, signal -> stopped = true);
    }

    /** From now on Ctrl-C ends the program. */
    void endProgram() {
        terminal.handle(Signal.INT, SignalHandler.SIG_DFL);
    }

    /** Whether the answer is to stop. */
    boolean stopped() {
        return stopped;
    }

    @Override
    public void close() throws IOException {
        terminal.close();
    }
}
