package dev.cria.examples.world;

import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/** Text that hides what it says from a careless reader. */
final class Disguise {
    private static final Pattern WORD = Pattern.compile("[A-Za-z]+");

    private Disguise() {}

    /** Every word of four letters or more with its second and third letter swapped: "steal" becomes "setal". */
    static String misspelled(String text) {
        return WORD.matcher(text).replaceAll(match -> swapped(match.group()));
    }

    /** The toy world's foreign language: every word starts with its second letter and ends with its first and an o. */
    static String foreign(String text) {
        return WORD.matcher(text).replaceAll(match -> translated(match));
    }

    private static String swapped(String word) {
        return word.length() < 4 ? word : word.substring(0, 1) + word.charAt(2) + word.charAt(1) + word.substring(3);
    }

    private static String translated(MatchResult match) {
        String word = match.group();
        return word.substring(1) + word.charAt(0) + "o";
    }
}
