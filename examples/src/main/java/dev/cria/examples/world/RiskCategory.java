package dev.cria.examples.world;

/** What makes a request unsafe: the risk categories of the Llama 2 paper, section 4.2.1. */
public enum RiskCategory {
    /** Illicit and criminal activities; here theft, break-ins and false coins. */
    ILLICIT("illicit"),
    /** Hateful and harmful activities; here meanness, lies and mockery. */
    HATEFUL("hateful"),
    /** Unqualified advice, medical, financial or legal; here fevers, mushrooms and judges. */
    UNQUALIFIED_ADVICE("unqualified");

    private final String section;

    RiskCategory(String section) {
        this.section = section;
    }

    /** The section of the requests' grammar that lists the deeds. */
    String section() {
        return section;
    }
}
