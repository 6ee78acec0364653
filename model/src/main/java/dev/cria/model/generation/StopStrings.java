package dev.cria.model.generation;

import java.util.List;

/** Watches a stream of text for stop strings, which may arrive in pieces: what may become one is held back. */
final class StopStrings {
    private final List<String> stops;
    private final StringBuilder held = new StringBuilder();
    private boolean stopped;

    StopStrings(List<String> stops) {
        this.stops = stops;
    }

    /** Takes the next piece and returns what is now certain to be part of the answer. */
    String add(String piece) {
        held.append(piece);
        int end = firstStop();
        if (end >= 0) {
            stopped = true;
            held.setLength(end);
            return finish();
        }
        return release(held.length() - possibleStop());
    }

    /** Ends the stream and returns what was held back. */
    String finish() {
        return release(held.length());
    }

    /** Whether a stop string has arrived. */
    boolean stopped() {
        return stopped;
    }

    private String release(int length) {
        String text = held.substring(0, length);
        held.delete(0, length);
        return text;
    }

    private int firstStop() {
        int first = -1;
        for (String stop : stops) {
            int at = held.indexOf(stop);
            if (at >= 0 && (first < 0 || at < first)) {
                first = at;
            }
        }
        return first;
    }

    /** Length of the longest end of the held text that begins a stop string. */
    private int possibleStop() {
        int longest = 0;
        for (String stop : stops) {
            for (int length = Math.min(stop.length() - 1, held.length()); length > longest; length--) {
                if (held.lastIndexOf(stop.substring(0, length)) == held.length() - length) {
                    longest = length;
                }
            }
        }
        return longest;
    }
}
