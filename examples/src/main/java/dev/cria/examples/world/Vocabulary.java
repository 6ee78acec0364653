package dev.cria.examples.world;

import dev.cria.examples.world.Person.Hobby;
import dev.cria.examples.world.Person.Job;
import java.util.List;

/** The names and things that worlds are made from. */
record Vocabulary(
        List<String> sheNames,
        List<String> heNames,
        List<String> petNames,
        List<String> towns,
        List<String> rivers,
        List<String> foods,
        List<String> weathers,
        List<Animal> animals,
        List<Hobby> hobbies,
        List<Job> jobs,
        List<Thing> things) {

    /** A countable object. */
    record Thing(String name, String plural) {}

    static Vocabulary read() {
        Sections names = Sections.read("names.txt");
        Sections things = Sections.read("things.txt");
        return new Vocabulary(
                names.words("she"),
                names.words("he"),
                names.words("pet"),
                names.words("town"),
                names.words("river"),
                things.lines("food"),
                things.lines("weather"),
                things.rows("animal", c -> new Animal(c[0], c[1], c[2], c[3], c[4], c[5].equals("yes"))),
                things.rows("hobby", c -> new Hobby(c[0], c[1], c[2], c[3])),
                things.rows("job", c -> new Job(c[0], c[1], c[2])),
                things.rows("object", c -> new Thing(c[0], c[1])));
    }
}
