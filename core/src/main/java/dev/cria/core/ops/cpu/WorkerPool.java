package dev.cria.core.ops.cpu;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * Runs tasks on a fixed set of threads, the caller's among them. Threads spin between jobs for a while, since a training
 * step hands out a job every few hundred microseconds, and then go to sleep. Tasks are drawn in order by whichever
 * thread is free; they must not depend on which thread that is.
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

    private final Worker[] workers;
    private final Thread[] threads; // of workers 1 and up
    private final AtomicInteger nextTask = new AtomicInteger();
    private final AtomicInteger busy = new AtomicInteger(); // threads that have not finished the present job
    private volatile int job; // counts jobs; a change wakes the threads
    private volatile boolean closed;
    private volatile @Nullable Throwable failure;
    private volatile Task task = (i, worker) -> {};
    private volatile int tasks;

    WorkerPool(int threads, IntFunction<Worker> newWorker) {
        this.workers = new Worker[threads];
        this.threads = new Thread[threads - 1];
        for (int i = 0; i < threads; i++) {
            workers[i] = newWorker.apply(i);
        }
        for (int i = 1; i < threads; i++) {
            Worker worker = workers[i];
            Thread thread = new Thread(() -> serve(worker), "cria-worker-" + i);
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
        task = newTask;
        tasks = count;
        nextTask.set(0);
        busy.set(threads.length);
        failure = null;
        job = job + 1; // only this method writes it
        for (Thread thread : threads) {
            LockSupport.unpark(thread);
        }
        drain(workers[0]);
        for (int spins = 0; busy.get() > 0; spins++) {
            if (spins < SPINS) {
                Thread.onSpinWait();
            } else {
                LockSupport.parkNanos(PAUSE); // the others lack a core
            }
        }
        rethrow(failure);
    }

    private void serve(Worker worker) {
        worker.bind();
        int seen = 0;
        while (true) {
            for (int spins = 0; job == seen && !closed; spins++) {
                if (spins < SPINS) {
                    Thread.onSpinWait();
                } else {
                    LockSupport.park(this);
                }
            }
            if (closed) {
                return;
            }
            seen = job;
            drain(worker);
            busy.decrementAndGet();
        }
    }

    private void drain(Worker worker) {
        Task present = task;
        int count = tasks;
        try {
            for (int i = nextTask.getAndIncrement(); i < count; i = nextTask.getAndIncrement()) {
                present.run(i, worker);
            }
        } catch (Throwable t) {
            failure = t;
            nextTask.set(count); // the rest is not worth running
        }
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
