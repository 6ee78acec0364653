package dev.cria.core.ops.cpu;

import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;
import java.util.concurrent.atomic.AtomicLongFieldUpdater;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * Runs tasks on a fixed set of threads, the caller's among them. Threads spin between jobs for a while, since a training
 * step hands out a job every few hundred microseconds, and decoding every few microseconds, and then go to sleep. Half of
 * the threads draw tasks from the front and half from the end: of two threads each so meets the same rows from one job to
 * the next, which lie in its own cache. Tasks must not depend on which thread runs them. The caller waits for tasks, not
 * for threads: one that comes late, as on a busy machine, finds its work done.
 */
final class WorkerPool implements AutoCloseable {
    private static final int SPINS = 20_000; // some 0.5 ms
    private static final long PAUSE = 50_000; // ns

    /** One task of a job. */
    @FunctionalInterface
    interface Task {
        /** Runs task number {@code task} on the given thread's resources. */
        void run(int task, Worker worker);
    }

    /** One task of a part of a job. */
    @FunctionalInterface
    interface PartTask {
        /** Runs task number {@code task} of part number {@code part} on the given thread's resources. */
        void run(int part, int task, Worker worker);
    }

    /** What the threads share of one job: a few words in one cache line, handed over by a single write. */
    private static final class Job {
        // Objects of their own for the counters would be a tenth of a step's garbage.
        private static final AtomicLongFieldUpdater<Job> LEFT = AtomicLongFieldUpdater.newUpdater(Job.class, "left");
        private static final AtomicIntegerFieldUpdater<Job> RUNNING =
                AtomicIntegerFieldUpdater.newUpdater(Job.class, "running");

        private final Task task;
        private volatile long left; // tasks that nobody has drawn: the first in the high half, the end in the low one
        private volatile int running; // tasks that have not run yet, and must
        private volatile @Nullable Throwable failure;

        private Job(int count, Task task) {
            this.task = task;
            this.left = count;
            this.running = count;
        }

        /** Runs tasks until there are none left. */
        private void drain(Worker worker, boolean fromFront) {
            int taken = 0;
            try {
                for (int i = draw(fromFront); i >= 0; i = draw(fromFront)) {
                    taken++;
                    task.run(i, worker);
                }
            } catch (Throwable t) {
                failure = t;
                taken += count(LEFT.getAndSet(this, 0)); // the rest is not worth running
            }
            if (taken > 0) {
                RUNNING.addAndGet(this, -taken);
            }
        }

        /** The number of a task for the calling thread, or -1 if there is none left. */
        private int draw(boolean fromFront) {
            for (long seen = left; count(seen) > 0; seen = left) {
                if (LEFT.compareAndSet(this, seen, fromFront ? seen + (1L << Integer.SIZE) : seen - 1)) {
                    return fromFront ? first(seen) : (int) seen - 1;
                }
            }
            return -1;
        }

        private static int first(long range) {
            return (int) (range >>> Integer.SIZE);
        }

        private static int count(long range) {
            return (int) range - first(range);
        }

        private boolean isDone() {
            return running == 0;
        }
    }

    /** A thread that serves the pool. */
    private final class Server implements Runnable {
        private final Worker worker;
        private final boolean fromFront;
        private volatile boolean asleep;

        private Server(Worker worker, boolean fromFront) {
            this.worker = worker;
            this.fromFront = fromFront;
        }

        @Override
        public void run() {
            worker.bind();
            Job last = NONE;
            while (!closed) {
                last = await(last);
                last.drain(worker, fromFront);
            }
        }

        /** The next job, or the last one again when the pool is closed. */
        private Job await(Job last) {
            Job present = job;
            for (int spins = 0; present == last && !closed; spins++) {
                if (spins < SPINS) {
                    Thread.onSpinWait();
                } else {
                    sleep(last);
                }
                present = job;
            }
            return present;
        }

        /** The caller writes the job, then reads {@code asleep}; this is the other way round, so that one sees the other. */
        private void sleep(Job last) {
            asleep = true;
            if (job == last && !closed) {
                LockSupport.park(WorkerPool.this);
            }
            asleep = false;
        }
    }

    private static final Job NONE = new Job(0, (i, worker) -> {});

    private final Worker[] workers;
    private final Server[] servers; // of workers 1 and up
    private final Thread[] threads; // of the servers
    private volatile Job job = NONE;
    private volatile boolean closed;

    WorkerPool(int threads, IntFunction<Worker> newWorker) {
        this.workers = new Worker[threads];
        this.servers = new Server[threads - 1];
        this.threads = new Thread[threads - 1];
        for (int i = 0; i < threads; i++) {
            workers[i] = newWorker.apply(i);
        }
        for (int i = 1; i < threads; i++) {
            servers[i - 1] = new Server(workers[i], i % 2 == 0);
            Thread thread = new Thread(servers[i - 1], "cria-worker-" + i);
            thread.setDaemon(true);
            this.threads[i - 1] = thread;
            thread.start();
        }
    }

    int threads() {
        return workers.length;
    }

    /** The resources of the calling thread, for work too small to share. */
    Worker caller() {
        return workers[0];
    }

    /** Runs tasks 0 to {@code count} - 1 and returns when all are done. Throws what a task threw. */
    synchronized void run(int count, Task newTask) {
        workers[0].bind();
        if (count <= 1 || threads.length == 0) {
            for (int i = 0; i < count; i++) {
                newTask.run(i, workers[0]);
            }
            return;
        }
        Job present = new Job(count, newTask);
        job = present;
        for (int i = 0; i < servers.length; i++) {
            if (servers[i].asleep) {
                LockSupport.unpark(threads[i]);
            }
        }
        present.drain(workers[0], true);
        for (int spins = 0; !present.isDone(); spins++) {
            if (spins < SPINS) {
                Thread.onSpinWait();
            } else {
                LockSupport.parkNanos(PAUSE); // the others lack a core
            }
        }
        rethrow(present.failure);
    }

    /** Runs the first {@code parts} parts, of {@code counts} tasks each, as one job. */
    void run(int[] counts, int parts, PartTask work) {
        int all = 0;
        for (int part = 0; part < parts; part++) {
            all += counts[part];
        }
        run(all, (number, worker) -> {
            int part = 0;
            int task = number;
            while (task >= counts[part]) {
                task -= counts[part];
                part++;
            }
            work.run(part, task, worker);
        });
    }

    private static void rethrow(@Nullable Throwable failure) {
        if (failure instanceof RuntimeException e) {
            throw e;
        }
        if (failure instanceof Error e) {
            throw e;
        }
        if (failure != null) {
            throw new IllegalStateException(failure);
        }
    }

    /** Ends the threads and frees their memory. */
    @Override
    public void close() {
        closed = true;
        for (Thread thread : threads) {
            LockSupport.unpark(thread);
        }
        for (Thread thread : threads) {
            boolean interrupted = false;
            while (thread.isAlive()) {
                try {
                    thread.join();
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
        for (Worker worker : workers) {
            worker.close();
        }
    }
}
