/** The `cria` command. */
@NullMarked
package dev.cria.cli;

import org.jspecify.annotations.NullMarked;
