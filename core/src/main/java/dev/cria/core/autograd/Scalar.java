package dev.cria.core.autograd;

/** A number on the tape, such as a loss. Its value and its gradient live on the host. */
public final class Scalar {
    private final double value;
    private double gradient;

    Scalar(double value) {
        this.value = value;
    }

    /** The value. */
    public double value() {
        return value;
    }

    double gradient() {
        return gradient;
    }

    void addGradient(double more) {
        gradient += more;
    }

    @Override
    public String toString() {
        return Double.toString(value);
    }
}
