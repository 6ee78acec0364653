/**
 * Files that are either whole or absent: directories published by one rename, single files replaced by one rename, and
 * errors that name the file, what is wrong with it and how to mend it.
 *
 * <p>Failures of the file system surface as {@link java.io.UncheckedIOException} and wrong contents as {@link
 * dev.cria.core.io.InvalidFileException}; both carry a message of one line fit for the user.
 */
@NullMarked
package dev.cria.core.io;

import org.jspecify.annotations.NullMarked;
