/** Byte-pair encoding as Llama 2 uses it: train, encode, decode, SentencePiece and Hugging Face files, chat format. */
@NullMarked
package dev.cria.tokenizer;

import org.jspecify.annotations.NullMarked;
