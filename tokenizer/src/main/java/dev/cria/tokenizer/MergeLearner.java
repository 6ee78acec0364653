package dev.cria.tokenizer;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Learns merges (Sennrich et al. 2016): again and again the most frequent pair of neighbours becomes one symbol. All words stand in
 * one array, linked where merged, and every pair knows its places, so a merge costs as much as it changes.
 */
final class MergeLearner {
    private static final int MERGED_AWAY = -2;
    private static final int NO_PLACE = -1;
    /** The pair number of pairs that may not be a piece. */
    private static final int FORBIDDEN = Integer.MAX_VALUE;

    private final WordCounter words;
    private final PieceRules rules;
    private final CodePointMap characters = new CodePointMap();
    private final List<int[]> texts = new ArrayList<>();
    private final Map<String, Integer> symbolOfText = new HashMap<>();
    private final List<String> pieces = new ArrayList<>();
    private final PairMap pairNumbers = new PairMap(1 << 14);
    private final PairCounts pairs = new PairCounts();
    private final MergeCandidates candidates = new MergeCandidates(pairs, texts);
    private final IntList grown = new IntList(64);

    private final int[] symbols;
    private final int[] next;
    private final int[] previous;
    private final int[] wordOf;

    MergeLearner(WordCounter words, Alphabet alphabet, PieceRules rules) {
        this.words = words;
        this.rules = rules;
        for (int character : alphabet.characters()) {
            characters.set(character, addSymbol(new int[] {character}, Character.toString(character)));
        }
        int length = countCharacters();
        symbols = new int[length];
        next = new int[length];
        previous = new int[length];
        wordOf = new int[length];
        layOutWords();
        countPairs();
    }

    private int countCharacters() {
        int count = 0;
        for (int i = 0; i < (words.size() == 0 ? 0 : words.end(words.size() - 1)); i++) {
            count += (words.text()[i] & 0xC0) == 0x80 ? 0 : 1;
        }
        return count;
    }

    private void layOutWords() {
        int place = 0;
        for (int word = 0; word < words.size(); word++) {
            int first = place;
            for (int i = words.start(word); i < words.end(word); place++) {
                int length = BpeEncoder.lengthOfCharacter(words.text()[i]);
                symbols[place] = characters.get(Utf8.codePoint(words.text(), i, length));
                wordOf[place] = word;
                previous[place] = place == first ? NO_PLACE : place - 1;
                i += length;
                next[place] = i < words.end(word) ? place + 1 : NO_PLACE;
            }
        }
    }

    private void countPairs() {
        for (int place = 0; place < symbols.length; place++) {
            increase(place);
        }
    }

    /** Learns up to {@code count} pieces, fewer if no pair is left; the earlier ones merge first. */
    List<String> learn(int count, BpeTrainerListener progress) {
        while (pieces.size() < count) {
            int pair = candidates.pop();
            if (pair < 0) {
                break;
            }
            merge(pair);
            if (pieces.size() % 256 == 0 || pieces.size() == count) {
                progress.onProgress("merges", pieces.size(), count);
            }
        }
        return pieces;
    }

    /** A piece found before on another path ("a" + "bc" after "ab" + "c") merges, as in encoding, but is no new piece. */
    private void merge(int pair) {
        int[] text = concatenated(texts.get(pairs.left(pair)), texts.get(pairs.right(pair)));
        String piece = new String(text, 0, text.length);
        Integer known = symbolOfText.get(piece);
        if (known == null) {
            pieces.add(piece);
        }
        int merged = known == null ? addSymbol(text, piece) : known;
        int left = pairs.left(pair);
        int right = pairs.right(pair);
        grown.clear();
        for (int place : pairs.takePositions(pair)) {
            int after = next[place];
            if (symbols[place] == left && after != NO_PLACE && symbols[after] == right) {
                mergeAt(place, after, merged);
            }
        }
        // Overlapping occurrences ("aa" in "aaa") have been taken off one by one as well.
        pairs.clearCount(pair);
        for (int i = 0; i < grown.size(); i++) {
            candidates.push(grown.get(i));
        }
    }

    private void mergeAt(int place, int after, int merged) {
        decrease(previous[place]);
        decrease(after);
        symbols[place] = merged;
        symbols[after] = MERGED_AWAY;
        next[place] = next[after];
        if (next[place] != NO_PLACE) {
            previous[next[place]] = place;
        }
        noteGrown(increase(previous[place]));
        noteGrown(increase(place));
    }

    private void noteGrown(int pair) {
        boolean noted = grown.size() > 0 && grown.get(grown.size() - 1) == pair;
        if (pair != FORBIDDEN && !noted) {
            grown.add(pair);
        }
    }

    /** Takes off the pair that starts at this place. */
    private void decrease(int place) {
        int pair = pairAt(place);
        if (pair != FORBIDDEN) {
            pairs.decrease(pair, words.count(wordOf[place]));
        }
    }

    /** Adds the pair that starts at this place and returns its number. */
    private int increase(int place) {
        int pair = pairAt(place);
        if (pair != FORBIDDEN) {
            pairs.increase(pair, words.count(wordOf[place]), place);
        }
        return pair;
    }

    private int pairAt(int place) {
        if (place == NO_PLACE || next[place] == NO_PLACE) {
            return FORBIDDEN;
        }
        int left = symbols[place];
        int right = symbols[next[place]];
        if ((left | right) < 0) {
            return FORBIDDEN;
        }
        long known = pairNumbers.get(left, right);
        return known == PairMap.ABSENT ? addPair(left, right) : (int) known;
    }

    private int addPair(int left, int right) {
        boolean allowed = rules.allows(concatenated(texts.get(left), texts.get(right)));
        return (int) pairNumbers.putIfAbsent(left, right, allowed ? pairs.add(left, right) : FORBIDDEN);
    }

    private int addSymbol(int[] text, String asString) {
        texts.add(text);
        symbolOfText.put(asString, texts.size() - 1);
        return texts.size() - 1;
    }

    private static int[] concatenated(int[] left, int[] right) {
        int[] both = new int[left.length + right.length];
        System.arraycopy(left, 0, both, 0, left.length);
        System.arraycopy(right, 0, both, left.length, right.length);
        return both;
    }
}
