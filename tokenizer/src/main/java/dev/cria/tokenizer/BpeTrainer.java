package dev.cria.tokenizer;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Trains a SentencePiece model of type BPE. Add text, then {@link #train}; the same text gives the same model. Memory grows with the
 * distinct words of the text, not with its length. Unlike SentencePiece, the best pair is found exactly at every step, not among a
 * sample of frequent ones. For one use by one thread.
 */
public final class BpeTrainer {
    private final BpeTrainerConfig config;
    private final BpeTrainerListener progress;
    private final WordCounter words = new WordCounter();
    private final WordSplitter splitter;
    private long lines;
    private long longLines;

    /** Makes a trainer that tells a listener how far it has come. */
    public BpeTrainer(BpeTrainerConfig config, BpeTrainerListener progress) {
        this.config = config;
        this.progress = progress;
        this.splitter = new WordSplitter(config, specialPieces(config));
    }

    /** Adds the lines of a plain UTF-8 text file. */
    public BpeTrainer addFile(Path file) {
        TrainingText.forEachLine(file, this::addLine);
        return this;
    }

    /**
     * Adds the text in some fields of a file with one JSON object a line.
     *
     * @throws IllegalArgumentException if a line is no JSON object or a field is absent or no string; the message names file and line
     */
    public BpeTrainer addJsonLines(Path file, List<String> fields) {
        JsonLines reader = new JsonLines(file, fields);
        TrainingText.forEachLine(
                file, (buffer, start, end) -> reader.texts(buffer, start, end).forEach(this::addText));
        return this;
    }

    /** Adds the lines of a text. */
    public BpeTrainer addText(String text) {
        byte[] utf8 = Utf8.encode(text);
        int lineStart = 0;
        for (int i = 0; i <= utf8.length; i++) {
            if (i == utf8.length || utf8[i] == '\n') {
                addLine(utf8, lineStart, i);
                lineStart = i + 1;
            }
        }
        return this;
    }

    private void addLine(byte[] buffer, int start, int end) {
        if (end == start) {
            return;
        }
        if (config.maxLineBytes() > 0 && end - start > config.maxLineBytes()) {
            longLines++;
            return;
        }
        splitter.split(buffer, start, end, words);
        if (++lines % 10_000 == 0) {
            progress.onProgress("lines", lines, -1);
        }
    }

    /** Lines taken so far, empty ones not counted. */
    public long lines() {
        return lines;
    }

    /** Lines left out so far because they exceed {@link BpeTrainerConfig#maxLineBytes}. */
    public long longLines() {
        return longLines;
    }

    /**
     * Trains on the text added.
     *
     * @throws IllegalArgumentException if the vocabulary size is too small for the special pieces, bytes and characters, or larger than the
     *     text allows; the message names the bound
     */
    public BpeTokenizer train() {
        if (words.size() == 0) {
            throw new IllegalArgumentException("no text to train on");
        }
        Alphabet alphabet = Alphabet.of(words, config.characterCoverage());
        List<Piece> pieces = new ArrayList<>(specialPieces(config));
        int fixed = pieces.size() + alphabet.size();
        if (config.vocabSize() < fixed) {
            throw new IllegalArgumentException("vocabSize " + config.vocabSize() + " is too small: " + pieces.size()
                    + " special pieces and bytes and " + alphabet.size() + " characters need at least " + fixed
                    + "; raise it or lower characterCoverage");
        }
        int merges = config.vocabSize() - fixed;
        List<String> merged = new MergeLearner(words, alphabet, new PieceRules(config)).learn(merges, progress);
        if (merged.size() < merges) {
            throw new IllegalArgumentException("vocabSize " + config.vocabSize()
                    + " is more than this text allows; the largest possible is " + (fixed + merged.size()));
        }
        addScored(pieces, merged, alphabet);
        SentencePieceModel model = new SentencePieceModel(
                pieces,
                SpecialPieces.DEFAULT,
                config.byteFallback(),
                config.addDummyPrefix(),
                config.removeExtraWhitespaces());
        return BpeTokenizer.fromSentencePiece(SentencePieceWriter.write(model, config));
    }

    /** Each piece scores one less than the one before: merges in the order learnt, then characters. */
    private static void addScored(List<Piece> pieces, List<String> merged, Alphabet alphabet) {
        int score = 0;
        for (String text : merged) {
            pieces.add(new Piece(text, -(float) score++, PieceType.NORMAL));
        }
        for (int character : alphabet.characters()) {
            pieces.add(new Piece(Character.toString(character), -(float) score++, PieceType.NORMAL));
        }
    }

    private static List<Piece> specialPieces(BpeTrainerConfig config) {
        List<Piece> pieces = new ArrayList<>();
        pieces.add(new Piece(SpecialPieces.DEFAULT.unk(), 0, PieceType.UNKNOWN));
        pieces.add(new Piece(SpecialPieces.DEFAULT.bos(), 0, PieceType.CONTROL));
        pieces.add(new Piece(SpecialPieces.DEFAULT.eos(), 0, PieceType.CONTROL));
        config.controlPieces().forEach(text -> pieces.add(new Piece(text, 0, PieceType.CONTROL)));
        config.userDefinedPieces().forEach(text -> pieces.add(new Piece(text, 0, PieceType.USER_DEFINED)));
        for (int value = 0; config.byteFallback() && value < 256; value++) {
            pieces.add(Piece.ofByte(value));
        }
        return pieces;
    }
}
