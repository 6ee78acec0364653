package dev.cria.tokenizer;

/**
 * The names under which a model finds its special pieces, and what an unknown character decodes to.
 *
 * @param unk name of the unknown piece
 * @param bos name of the piece that begins a sequence
 * @param eos name of the piece that ends a sequence
 * @param pad name of the padding piece, which Llama has not
 * @param unkSurface text that the unknown piece decodes to
 */
public record SpecialPieces(String unk, String bos, String eos, String pad, String unkSurface) {
    /** SentencePiece's names, which are Llama's. */
    public static final SpecialPieces DEFAULT = new SpecialPieces("<unk>", "<s>", "</s>", "<pad>", " \u2047 ");
}
