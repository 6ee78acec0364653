package dev.cria.examples.world;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ToyCorpusTest {
    private static final Pattern SENTENCE_END = Pattern.compile("[.!?]\"?(?= [\"A-Z]|$)");

    @Test
    void sameSeedGivesTheSameDocuments() {
        assertThat(ToyCorpus.documents(5, 50_000))
                .containsExactlyElementsOf(ToyCorpus.documents(5, 50_000).toList());
        assertThat(ToyCorpus.documents(5, 5_000).toList())
                .isNotEqualTo(ToyCorpus.documents(6, 5_000).toList());
    }

    @Test
    void aLargerCorpusStartsWithTheSmaller() {
        List<String> small = ToyCorpus.documents(5, 10_000).toList();
        assertThat(ToyCorpus.documents(5, 20_000).limit(small.size()).toList()).isEqualTo(small);
    }

    @Test
    void theStreamEndsWithTheDocumentThatReachesTheSize() {
        List<String> documents = ToyCorpus.documents(5, 10_000).toList();
        int last = documents.get(documents.size() - 1).length();
        assertThat(documents.stream().mapToInt(String::length).sum()).isBetween(10_000, 10_000 + last);
        assertThat(ToyCorpus.documents(5, 0)).isEmpty();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ToyCorpus.documents(5, -1))
                .withMessageContaining("-1");
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 1, 42})
    void theDefaultCorpusIsLargeUniqueTrueAndHasFewWords(long seed) {
        List<String> documents = ToyCorpus.documents(seed).toList();
        assertThat(documents).doesNotHaveDuplicates();
        assertThat(documents.stream().mapToLong(String::length).sum()).isGreaterThan(2_000_000);
        assertThat(documents).allMatch(text -> text.chars().allMatch(c -> c >= ' ' && c < 127));
        assertThat(documents).noneMatch(text -> text.contains("  ") || text.contains("null"));
        assertThat(documents.stream()
                        .flatMap(text -> Stream.of(text.toLowerCase(Locale.ROOT).split("[^a-z0-9]+")))
                        .collect(Collectors.toSet()))
                .hasSizeBetween(600, 2_000);

        WorldReader reader = new WorldReader(ToyWorld.of(seed));
        for (String text : documents) {
            assertThat(reader.untruth(text)).as(text).isEmpty();
        }
        assertThat(reader.factsRead()).as("facts read").isGreaterThan(20_000);
    }

    @Test
    void theReaderOfTheseTestsSeesWhatIsNotTrue() {
        ToyWorld world = ToyWorld.of(1);
        Person person = world.people().get(0);
        Person other = world.people().get(5);
        String name = person.name();
        assertThat(Stream.of(
                        name + " lives in " + other.home().name() + ".",
                        name + " is " + (person.age() - 1) + " years old.",
                        "Seven plus five is eleven.",
                        "8 - 3 = 6.",
                        other.pet().name() + " belongs to " + name + "."))
                .allMatch(text -> new WorldReader(world).untruth(text).isPresent());
    }

    @Test
    void storiesHaveFiveToTwelveSentences() {
        Narrator narrator = new Narrator(ToyWorld.of(1));
        for (int i = 0; i < 3_000; i++) {
            String story = narrator.story(Draws.of(1, "test", i));
            assertThat(SENTENCE_END.matcher(story).results().count()).as(story).isBetween(5L, 12L);
        }
    }

    @Test
    void portraitsAreTrueOfThePersonWhomTheyNameFirst() {
        ToyWorld world = ToyWorld.of(1);
        Narrator narrator = new Narrator(world);
        for (int i = 0; i < 1_000; i++) {
            String portrait = narrator.portrait(Draws.of(1, "test", i));
            Person person = firstPerson(world, portrait);
            String wrongPronoun = person.pronouns() == Pronouns.SHE ? "\\b(he|him|his)\\b" : "\\b(she|her)\\b";
            assertThat(portrait.toLowerCase(Locale.ROOT)).doesNotContainPattern(wrongPronoun);
            assertThat(world.people().stream().filter(p -> portrait.contains(p.name())))
                    .allMatch(p -> p.equals(person) || p.name().equals(person.friend()));
            Matcher number = Pattern.compile("\\d+").matcher(portrait);
            while (number.find()) {
                assertThat(number.group()).as(portrait).isEqualTo(Integer.toString(person.age()));
            }
            assertOnly(
                    portrait,
                    person.hobby().name(),
                    world.vocabulary().hobbies().stream().map(Person.Hobby::name));
            assertOnly(
                    portrait,
                    person.job().name(),
                    world.vocabulary().jobs().stream().map(Person.Job::name));
            assertOnly(
                    portrait,
                    person.pet().kind().name(),
                    world.animals().stream().map(Animal::name));
        }
    }

    /** Of these words the text has none but the one. */
    private static void assertOnly(String text, String word, Stream<String> words) {
        List<String> inText = List.of(text.toLowerCase(Locale.ROOT).split("[^a-z]+"));
        assertThat(words.filter(inText::contains)).as(text).isSubsetOf(word);
    }

    private static Person firstPerson(ToyWorld world, String text) {
        return Stream.of(text.split("[^A-Za-z]+"))
                .flatMap(word ->
                        world.people().stream().filter(person -> person.name().equals(word)))
                .findFirst()
                .orElseThrow();
    }
}
