package dev.cria.rlhf.ppo;

import dev.cria.core.autograd.Tape;
import dev.cria.core.ops.Tensor;
import dev.cria.model.Llama;
import dev.cria.model.ScalarModel;

/**
 * The models of a run, all on one engine.
 *
 * @param policy what is trained
 * @param reference what it must not go too far from; never changes
 * @param value expects the sum of rewards still to come; trained beside the policy, with weights of its own
 */
public record PpoModels(Llama policy, Llama reference, ScalarModel value) implements AutoCloseable {
    /**
     * Checks that the models read the same tokens.
     *
     * @throws IllegalArgumentException if one has another vocabulary than the policy
     */
    public PpoModels {
        int ids = policy.config().vocabSize();
        if (reference.config().vocabSize() != ids || value.config().vocabSize() != ids) {
            throw new IllegalArgumentException(
                    "policy, reference and value model must share a tokenizer; their vocabularies are %d, %d and %d"
                            .formatted(
                                    ids,
                                    reference.config().vocabSize(),
                                    value.config().vocabSize()));
        }
    }

    /** Log-probabilities of the answers' tokens under the policy: [answer tokens]. */
    Tensor logProbs(Tape tape, AnswerBatch batch) {
        return policy.logProbs(tape, batch.tokens());
    }

    /** Log-probabilities of the answers' tokens under the reference: [answer tokens]. */
    Tensor referenceLogProbs(Tape tape, AnswerBatch batch) {
        return reference.logProbs(tape, batch.tokens());
    }

    /** Values before each of the answers' tokens: [answer tokens]. */
    Tensor values(Tape tape, AnswerBatch batch) {
        return value.values(tape, batch.tokens().tokens(), batch.tokens().segments(), batch.rows());
    }

    /** Frees the weights; the engine stays open. */
    @Override
    public void close() {
        policy.close();
        reference.close();
        value.close();
    }
}
