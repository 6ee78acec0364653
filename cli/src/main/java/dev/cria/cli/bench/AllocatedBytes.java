package dev.cria.cli.bench;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;

/** Heap allocated so far by the thread that has allocated most of it. */
final class AllocatedBytes {
    private AllocatedBytes() {}

    static long now() {
        if (!(ManagementFactory.getThreadMXBean() instanceof ThreadMXBean threads)
                || !threads.isThreadAllocatedMemorySupported()) {
            return 0;
        }
        return threads.getThreadAllocatedBytes(Thread.currentThread().getId());
    }
}
