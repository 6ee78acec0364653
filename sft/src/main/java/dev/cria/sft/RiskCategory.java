package dev.cria.sft;

/** What makes a request unsafe: the risk categories of the Llama 2 paper, section 4.2.1. */
public enum RiskCategory {
    /** Terrorism, theft, human trafficking and the like. */
    ILLICIT_AND_CRIMINAL,
    /** Defamation, self-harm, eating disorders, discrimination and the like. */
    HATEFUL_AND_HARMFUL,
    /** Medical, financial or legal advice that wants a professional. */
    UNQUALIFIED_ADVICE
}
