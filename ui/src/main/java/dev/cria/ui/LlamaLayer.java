package dev.cria.ui;

import java.util.Collection;
import org.deeplearning4j.nn.conf.InputPreProcessor;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.NoParamLayer;
import org.deeplearning4j.nn.conf.memory.LayerMemoryReport;
import org.deeplearning4j.optimize.api.TrainingListener;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** A box in the graph that DL4J's model page draws: a name and nothing that computes. Made from JSON by DL4J. */
@SuppressWarnings("serial") // its base class is serializable, but nobody serializes this
public final class LlamaLayer extends NoParamLayer {
    private static final String FOR_SHOW = "this layer is for show";

    /** A box without a name yet. */
    public LlamaLayer() {}

    LlamaLayer(String name) {
        setLayerName(name);
    }

    @Override
    public org.deeplearning4j.nn.api.Layer instantiate(
            NeuralNetConfiguration configuration,
            Collection<TrainingListener> listeners,
            int index,
            INDArray parameters,
            boolean initialize,
            DataType type) {
        throw new UnsupportedOperationException(FOR_SHOW);
    }

    @Override
    public InputType getOutputType(int index, InputType input) {
        return input;
    }

    @Override
    public @Nullable InputPreProcessor getPreProcessorForInputType(InputType input) {
        return null;
    }

    @Override
    public LayerMemoryReport getMemoryReport(InputType input) {
        throw new UnsupportedOperationException(FOR_SHOW);
    }
}
