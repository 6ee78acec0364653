package dev.cria.pretrain;

import dev.cria.core.data.Windows.Window;
import java.util.List;

/** The training sequences of one source: a function of their number, so that any can be made at any time. */
interface Sequences {
    /** The n-th sequence, counted from 0 through all epochs: stretches of the stored stream. */
    List<Window> get(long n);
}
