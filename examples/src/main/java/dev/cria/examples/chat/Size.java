package dev.cria.examples.chat;

/**
 * How large an experiment is.
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
    /** For questions with one answer. */
    public static Size instructions() {
        return toy(8, 5000, 400);
    }

    /** For dialogues of up to twenty turns. */
    public static Size dialogues() {
        return toy(3, 5000, 100);
    }

    /** For requests that want care. */
    public static Size safety() {
        return toy(3, 2400, 200);
    }

    /** For GSM8K. */
    public static Size mathematics() {
        return new Size(128, 3, 2000, 1 << 20, 200, 3, 10_000, 200);
    }

    /** Only to see that everything runs. */
    public static Size smoke() {
        return new Size(32, 1, 500, 40_000, 20, 6, 40, 4);
    }

    /** The same pretrained model for all of the toy world. */
    private static Size toy(int epochs, int chats, int questions) {
        return new Size(128, 3, 1600, 2 << 20, 400, epochs, chats, questions);
    }
}
