package dev.cria.cli.bench;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.HashMap;
import java.util.Map;

/** Heap allocated so far by each thread of Java code; the JIT compiler's and the collector's threads do not count. */
record AllocatedBytes(Map<Long, Long> byThread) {
    static AllocatedBytes now() {
        Map<Long, Long> byThread = new HashMap<>();
        if (ManagementFactory.getThreadMXBean() instanceof ThreadMXBean threads
                && threads.isThreadAllocatedMemorySupported()) {
            long[] ids = threads.getAllThreadIds();
            long[] bytes = threads.getThreadAllocatedBytes(ids);
            for (int i = 0; i < ids.length; i++) {
                byThread.put(ids[i], bytes[i]);
            }
        }
        return new AllocatedBytes(byThread);
    }

    /** Bytes of the thread that has allocated most since an earlier time. */
    long mostSince(AllocatedBytes earlier) {
        long most = 0;
        for (Map.Entry<Long, Long> thread : byThread.entrySet()) {
            most = Math.max(most, thread.getValue() - earlier.byThread.getOrDefault(thread.getKey(), 0L));
        }
        return most;
    }
}
