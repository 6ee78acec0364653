/** From a corpus of text to a pretrained model. */
@NullMarked
package dev.cria.pretrain;

import org.jspecify.annotations.NullMarked;
