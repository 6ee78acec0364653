package dev.cria.examples.world;

/** How a text refers to a person without the name. */
public enum Pronouns {
    /** She, her. */
    SHE("she", "her", "her", "hers", "herself"),
    /** He, him. */
    HE("he", "him", "his", "his", "himself");

    private final String subject;
    private final String object;
    private final String possessive;
    private final String own;
    private final String reflexive;

    Pronouns(String subject, String object, String possessive, String own, String reflexive) {
        this.subject = subject;
        this.object = object;
        this.possessive = possessive;
        this.own = own;
        this.reflexive = reflexive;
    }

    /** "she" or "he". */
    public String subject() {
        return subject;
    }

    /** "her" or "him". */
    public String object() {
        return object;
    }

    /** "her" or "his", before a noun. */
    public String possessive() {
        return possessive;
    }

    /** "hers" or "his", standing alone. */
    public String own() {
        return own;
    }

    /** "herself" or "himself". */
    public String reflexive() {
        return reflexive;
    }
}
