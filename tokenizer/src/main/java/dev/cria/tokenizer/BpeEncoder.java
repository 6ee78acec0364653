package dev.cria.tokenizer;

import java.util.List;

/**
 * Byte-pair encoding of normalised text: cut into words, look each up in the cache, else merge it. Cutting and caching change no
 * id ({@link TextSplitter} says why).
 */
final class BpeEncoder {
    private final Symbols symbols;
    private final MergeTable merges;
    private final TextSplitter splitter;
    private final int[] byteIds;
    private final int unkId;
    private final WordCache cache = new WordCache();

    /**
     * @param byteIds the ids of the 256 bytes, or an empty array without byte fallback
     * @param unkId what each character without an id becomes if there is no byte fallback
     */
    BpeEncoder(List<Piece> pieces, Symbols symbols, MergeTable merges, int[] byteIds, int unkId) {
        this.symbols = symbols;
        this.merges = merges;
        this.splitter = new TextSplitter(pieces, symbols);
        this.byteIds = byteIds;
        this.unkId = unkId;
    }

    /** Appends the ids of {@code text[start..end-1]}; every unknown character yields its own id or ids. */
    void encode(byte[] text, int start, int end, IntList ids) {
        Merger merger = new Merger(merges);
        int wordStart = start;
        while (wordStart < end) {
            int wordEnd = splitter.endOfWord(text, wordStart, end);
            encodeWord(text, wordStart, wordEnd, merger, ids);
            wordStart = wordEnd;
        }
    }

    private void encodeWord(byte[] text, int start, int end, Merger merger, IntList ids) {
        int hash = hash(text, start, end);
        int[] known = cache.get(text, start, end, hash);
        if (known != null) {
            ids.addAll(known);
            return;
        }
        int before = ids.size();
        mergeWord(text, start, end, merger, ids);
        cache.put(text, start, end, hash, ids.copyOfRange(before, ids.size()));
    }

    private static int hash(byte[] text, int start, int end) {
        int hash = 0;
        for (int i = start; i < end; i++) {
            hash = 31 * hash + text[i];
        }
        return hash;
    }

    private void mergeWord(byte[] text, int start, int end, Merger merger, IntList ids) {
        merger.clear();
        int previous = Symbols.NONE;
        int position = start;
        while (position < end) {
            int length = lengthOfCharacter(text[position]);
            int symbol = symbols.ofCodePoint(Utf8.codePoint(text, position, length));
            if (merger.size() > 0 && splitter.cutsBetween(previous, symbol)) {
                flush(text, merger, ids);
            }
            merger.add(symbol, position);
            previous = symbol;
            position += length;
        }
        flush(text, merger, ids);
    }

    private void flush(byte[] text, Merger merger, IntList ids) {
        merger.merge();
        for (int i = 0; i < merger.size(); i++) {
            if (symbols.isToken(merger.symbol(i))) {
                ids.add(merger.symbol(i));
            } else {
                addUnknown(text, merger.start(i), ids);
            }
        }
        merger.clear();
    }

    private void addUnknown(byte[] text, int start, IntList ids) {
        if (byteIds.length == 0) {
            ids.add(unkId);
            return;
        }
        int end = start + lengthOfCharacter(text[start]);
        for (int i = start; i < end; i++) {
            ids.add(byteIds[text[i] & 0xFF]);
        }
    }

    /** The length by the lead byte alone: normalised text is valid. */
    static int lengthOfCharacter(byte lead) {
        if (lead >= 0) {
            return 1;
        }
        int value = lead & 0xFF;
        return value < 0xE0 ? 2 : value < 0xF0 ? 3 : 4;
    }
}
