package dev.cria.tokenizer;

/**
 * A token of a text and where it came from. Of the bytes of one character the last token covers the character and the others nothing, as
 * in SentencePiece.
 *
 * @param id token id
 * @param byteStart where it starts in the text's UTF-8 form
 * @param byteEnd where it ends in the UTF-8 form, exclusive
 * @param charStart where it starts in the string
 * @param charEnd where it ends in the string, exclusive
 */
public record Token(int id, int byteStart, int byteEnd, int charStart, int charEnd) {}
