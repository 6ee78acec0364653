package dev.cria.tokenizer;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The characters that get an id of their own, the most frequent first, until their share of the text reaches the coverage. */
final class Alphabet {
    private final int[] characters;

    private Alphabet(int[] characters) {
        this.characters = characters;
    }

    static Alphabet of(WordCounter words, double coverage) {
        Map<Integer, Long> counts = new HashMap<>();
        long total = 0;
        for (int word = 0; word < words.size(); word++) {
            byte[] text = words.text();
            for (int i = words.start(word); i < words.end(word); ) {
                int length = BpeEncoder.lengthOfCharacter(text[i]);
                counts.merge(Utf8.codePoint(text, i, length), words.count(word), Long::sum);
                total += words.count(word);
                i += length;
            }
        }
        return new Alphabet(mostFrequent(counts, total, coverage));
    }

    private static int[] mostFrequent(Map<Integer, Long> counts, long total, double coverage) {
        List<Map.Entry<Integer, Long>> sorted = new ArrayList<>(counts.entrySet());
        sorted.sort(Map.Entry.<Integer, Long>comparingByValue(Comparator.reverseOrder())
                .thenComparing(Map.Entry.comparingByKey()));
        IntList covered = new IntList(sorted.size());
        long seen = 0;
        for (Map.Entry<Integer, Long> entry : sorted) {
            // Rounded to float as SentencePiece does, to stop at the same character.
            if ((float) ((double) seen / total) >= (float) coverage) {
                break;
            }
            seen += entry.getValue();
            if (PieceRules.canBeInPiece(entry.getKey())) {
                covered.add(entry.getKey());
            }
        }
        return covered.toArray();
    }

    int size() {
        return characters.length;
    }

    /** The characters, the most frequent first, equally frequent ones by code point. */
    int[] characters() {
        return characters.clone();
    }
}
