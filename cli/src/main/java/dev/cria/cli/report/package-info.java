/** Pages of charts and tables that need no other file. */
@NullMarked
package dev.cria.cli.report;

import org.jspecify.annotations.NullMarked;
