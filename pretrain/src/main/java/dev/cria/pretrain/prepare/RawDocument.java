package dev.cria.pretrain.prepare;

import java.nio.file.Path;

/**
 * A document as it was read: a whole text file, or a line of a JSONL file that nobody has parsed yet.
 *
 * @param file where it comes from
 * @param line its line from 1; 0 for a whole file
 * @param bytes its bytes
 */
record RawDocument(Path file, long line, byte[] bytes) {}
