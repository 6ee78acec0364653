/**
 * Configurations: YAML or JSON files, named presets and {@code key=value} settings, read into records that check
 * themselves. {@link dev.cria.core.config.ConfigLoader} reads them, {@link dev.cria.core.config.ConfigText} writes the
 * resolved one.
 */
@NullMarked
package dev.cria.core.config;

import org.jspecify.annotations.NullMarked;
