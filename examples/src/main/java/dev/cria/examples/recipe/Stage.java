package dev.cria.examples.recipe;

import java.util.Locale;

/** The stages of the recipe in their order. Each has a directory of its name in the run. */
public enum Stage {
    /** A tokenizer of the world's stories. */
    TOKENIZER,
    /** The base model. */
    PRETRAINING,
    /** The chat model, V0. */
    FINE_TUNING,
    /** Comparisons by simulated annotators. */
    PREFERENCES,
    /** Helpfulness and safety models of these, and their ablations. */
    REWARD_MODELS,
    /** V1 to V3: the newest model's best answers are learned from. */
    REJECTION_SAMPLING,
    /** Dialogues of V3, to keep an instruction by. */
    GHOST_ATTENTION,
    /** V4 and V5, which learn from these dialogues too; PPO on V5. */
    PPO,
    /** V5 learns to answer as after a safety preprompt. */
    DISTILLATION,
    /** All versions judged. */
    EVALUATION;

    /** Name of its directory, such as {@code fine-tuning}. */
    public String id() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
