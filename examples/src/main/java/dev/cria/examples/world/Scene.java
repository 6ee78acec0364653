package dev.cria.examples.world;

import java.util.HashMap;
import java.util.Map;
import java.util.Objects;

/** The words that templates may use: who and what a text is about. */
final class Scene {
    private static final String[] SMALL = {
        "zero",
        "one",
        "two",
        "three",
        "four",
        "five",
        "six",
        "seven",
        "eight",
        "nine",
        "ten",
        "eleven",
        "twelve",
        "thirteen",
        "fourteen",
        "fifteen",
        "sixteen",
        "seventeen",
        "eighteen",
        "nineteen"
    };
    private static final String[] TENS = {"twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"};

    private final Map<String, String> words = new HashMap<>();

    /** A person with the best friend. */
    static Scene of(ToyWorld world, Person hero) {
        return new Scene().person("name", "", hero).person("friend", "friend.", world.friendOf(hero));
    }

    /** The words so far; later additions show. */
    Map<String, String> words() {
        return words;
    }

    /** The word under a key, which must be there. */
    String word(String key) {
        return Objects.requireNonNull(words.get(key), key);
    }

    /** A person under a key, and all attributes of the person behind a prefix. */
    Scene person(String key, String prefix, Person person) {
        words.put(key, person.name());
        words.put(prefix + "he", person.pronouns().subject());
        words.put(prefix + "him", person.pronouns().object());
        words.put(prefix + "his", person.pronouns().possessive());
        words.put(prefix + "his:own", person.pronouns().own());
        words.put(prefix + "himself", person.pronouns().reflexive());
        words.put(prefix + "age", Integer.toString(person.age()));
        words.put(prefix + "job", person.job().name());
        words.put(prefix + "workplace", person.job().workplace());
        words.put(prefix + "work", person.job().work());
        words.put(prefix + "hobby", person.hobby().name());
        words.put(prefix + "do", person.hobby().base());
        words.put(prefix + "hobbied", person.hobby().past());
        words.put(prefix + "tool", person.hobby().tool());
        words.put(prefix + "friend", person.friend());
        words.put(prefix + "pet", person.pet().name());
        animal(prefix + "kind", prefix, person.pet().kind());
        return place(prefix, person.home());
    }

    /** Has later sentences call the person by name or by pronoun. */
    Scene call(Person person, boolean byName) {
        words.put("who", byName ? person.name() : person.pronouns().subject());
        words.put("whom", byName ? person.name() : person.pronouns().object());
        words.put("whose", byName ? person.name() + "'s" : person.pronouns().possessive());
        return this;
    }

    /** A place behind a prefix. */
    Scene place(String prefix, Place place) {
        words.put(prefix + "town", place.name());
        words.put(prefix + "river", place.river());
        words.put(prefix + "food", place.food());
        words.put(prefix + "weather", place.weather());
        return this;
    }

    /** An animal under a key, what it says, eats and lives in behind a prefix. */
    Scene animal(String key, String prefix, Animal animal) {
        words.put(key, animal.name());
        words.put(key + "s", animal.plural());
        words.put(prefix + "sound", animal.sound());
        words.put(prefix + "feed", animal.feed());
        words.put(prefix + "shelter", animal.shelter());
        return this;
    }

    /** Something else: a key and its word. */
    Scene with(String key, String word) {
        words.put(key, word);
        return this;
    }

    /** Two numbers and what comes of them; m at least n. */
    Scene numbers(int m, int n) {
        number("m", m);
        number("n", n);
        number("sum", m + n);
        number("difference", m - n);
        number("product", m * n);
        number("next", m + 1);
        return this;
    }

    private void number(String key, int value) {
        words.put(key, Integer.toString(value));
        words.put(key + ":word", inWords(value));
    }

    /** A number in words up to ninety-nine, in figures beyond. */
    static String inWords(int value) {
        if (value < 0 || value > 99) {
            return Integer.toString(value);
        }
        if (value < SMALL.length) {
            return SMALL[value];
        }
        String tens = TENS[value / 10 - 2];
        return value % 10 == 0 ? tens : tens + "-" + SMALL[value % 10];
    }
}
