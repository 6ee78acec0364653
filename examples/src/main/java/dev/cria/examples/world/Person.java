package dev.cria.examples.world;

/**
 * One of the people of a world.
 *
 * @param name the first name, unique in the world
 * @param pronouns how texts refer to the person
 * @param age in years, 20 to 79
 * @param home the town of the person
 * @param job what the person does for a living
 * @param hobby what the person loves to do
 * @param pet the one animal that the person keeps
 * @param friend name of the best friend, who says the same of this person
 */
public record Person(
        String name, Pronouns pronouns, int age, Place home, Job job, Hobby hobby, Pet pet, String friend) {

    /**
     * Work of a person.
     *
     * @param name of the profession, such as "baker"
     * @param workplace where it is done, such as "bakery"
     * @param work what is done, in the third person: "bakes bread"
     */
    public record Job(String name, String workplace, String work) {}

    /**
     * A pastime.
     *
     * @param name such as "painting"
     * @param base the verb's base form, "paint"
     * @param past its past tense, "painted"
     * @param tool a thing that it takes, "brush"
     */
    public record Hobby(String name, String base, String past, String tool) {}

    /**
     * An animal that somebody keeps.
     *
     * @param name unique in the world
     * @param kind what animal it is
     */
    public record Pet(String name, Animal kind) {}
}
