/** Byte-pair encoding, SentencePiece and Hugging Face tokenizer files, chat format. */
@NullMarked
package dev.cria.tokenizer;

import org.jspecify.annotations.NullMarked;
