package dev.cria.examples.chat;

/**
 * How large an experiment on the toy world is.
 *
 * @param hiddenSize width of the model
 * @param layers blocks of the model
 * @param vocabSize pieces of its tokenizer
 * @param corpusBytes text to pretrain on
 * @param pretrainSteps steps of 32 sequences
 * @param epochs passes over the chats
 * @param chats dialogues to learn from
 * @param questions most questions to measure with
 */
public record Size(
        int hiddenSize,
        int layers,
        int vocabSize,
        int corpusBytes,
        int pretrainSteps,
        int epochs,
        int chats,
        int questions) {
    /** A million weights: what the figures are measured with, some minutes on an idle machine. */
    public static Size standard() {
        return new Size(128, 4, 1500, 2 << 20, 1500, 12, 5000, 1000);
    }

    /** Only to see that everything runs. */
    public static Size smoke() {
        return new Size(32, 1, 500, 40_000, 2, 1, 12, 4);
    }
}
