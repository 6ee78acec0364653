package dev.cria.tokenizer;

import java.util.Arrays;

/** Maps code points to non-negative ints, in pages that are made where needed. */
final class CodePointMap {
    /** What {@link #get} answers for a code point that is not there. */
    static final int ABSENT = -1;

    private static final int PAGE = 256;
    private static final int[] EMPTY_PAGE = emptyPage();

    private final int[][] pages = new int[(Character.MAX_CODE_POINT + 1) / PAGE][];

    CodePointMap() {
        Arrays.fill(pages, EMPTY_PAGE);
    }

    int get(int codePoint) {
        return pages[codePoint / PAGE][codePoint % PAGE];
    }

    void set(int codePoint, int value) {
        int page = codePoint / PAGE;
        if (pages[page] == EMPTY_PAGE) {
            pages[page] = emptyPage();
        }
        pages[page][codePoint % PAGE] = value;
    }

    private static int[] emptyPage() {
        int[] page = new int[PAGE];
        Arrays.fill(page, ABSENT);
        return page;
    }
}
