package dev.cria.rlhf.preference;

import java.nio.file.Path;
import java.util.List;

/** Where comparisons come from. */
@FunctionalInterface
public interface PreferenceSource {
    /** Adds all of them, always in the same order. */
    void addTo(PreferencePairs pairs);

    /** Preference files. */
    static PreferenceSource files(List<Path> files) {
        return pairs -> files.forEach(pairs::addFile);
    }

    /** Comparisons in memory. */
    static PreferenceSource of(List<Preference> preferences) {
        return pairs -> preferences.forEach(pairs::add);
    }
}
