/** AdamW, clipping and learning-rate schedules. */
@NullMarked
package dev.cria.core.optim;

import org.jspecify.annotations.NullMarked;
