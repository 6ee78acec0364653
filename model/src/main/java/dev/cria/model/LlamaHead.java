package dev.cria.model;

import dev.cria.core.autograd.Parameters;
import java.util.ArrayList;
import java.util.List;

/** What reads a Llama's last hidden states, under the name that Transformers has for the whole model. */
enum LlamaHead {
    /** Scores of the vocabulary: {@code lm_head.weight}, or the embedding's matrix where these are tied. */
    LANGUAGE_MODEL("LlamaForCausalLM", "a language model"),
    /** One number, {@code score.weight}: a classifier with one label. */
    SCALAR("LlamaForSequenceClassification", "a reward or value model");

    private final String architecture;
    private final String description;

    LlamaHead(String architecture, String description) {
        this.architecture = architecture;
        this.description = description;
    }

    /** The name in {@code config.json}. */
    String architecture() {
        return architecture;
    }

    /** The name in an error. */
    String description() {
        return description;
    }

    /** Names and shapes of all weights of a model with this head, in Hugging Face's order. */
    List<Parameters.Spec> specs(LlamaConfig config) {
        List<Parameters.Spec> specs = new ArrayList<>(LlamaBody.specs(config));
        if (this == SCALAR) {
            specs.add(new Parameters.Spec(ScalarModel.HEAD, 1, config.hiddenSize()));
        } else if (!config.tieWordEmbeddings()) {
            specs.add(new Parameters.Spec(Llama.LM_HEAD, config.vocabSize(), config.hiddenSize()));
        }
        return specs;
    }
}
