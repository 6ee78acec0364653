package dev.cria.core.autograd;

import java.util.function.DoubleBinaryOperator;
import java.util.function.DoubleUnaryOperator;

/**
 * A function of one or two numbers with its partial derivatives, for the small vectors of ranking and policy losses. What
 * is applied element by element in double precision need not be a kernel of its own.
 *
 * @param value f(a, b)
 * @param byFirst df/da
 * @param bySecond df/db; of no account where the function is one of a single number
 */
record Elementwise(DoubleBinaryOperator value, DoubleBinaryOperator byFirst, DoubleBinaryOperator bySecond) {
    static final Elementwise SUB = new Elementwise((a, b) -> a - b, (a, b) -> 1, (a, b) -> -1);
    static final Elementwise MUL = new Elementwise((a, b) -> a * b, (a, b) -> b, (a, b) -> a);
    /** Equal arguments share the gradient, as in PyTorch. */
    static final Elementwise MIN = new Elementwise(Math::min, (a, b) -> below(a, b), (a, b) -> below(b, a));
    /** Equal arguments share the gradient, as in PyTorch. */
    static final Elementwise MAX = new Elementwise(Math::max, (a, b) -> below(b, a), (a, b) -> below(a, b));

    static final Elementwise EXP = of(StrictMath::exp, StrictMath::exp);
    static final Elementwise SQUARE = of(a -> a * a, a -> 2 * a);
    static final Elementwise LOG_SIGMOID = of(Elementwise::logSigmoid, a -> StrictMath.exp(logSigmoid(-a)));

    /** A function of one number. */
    static Elementwise of(DoubleUnaryOperator value, DoubleUnaryOperator slope) {
        return new Elementwise((a, b) -> value.applyAsDouble(a), (a, b) -> slope.applyAsDouble(a), (a, b) -> 0);
    }

    /** The number, held between two bounds; the bounds themselves pass their gradient on, as in PyTorch. */
    static Elementwise clamp(double low, double high) {
        return of(a -> Math.min(Math.max(a, low), high), a -> a < low || a > high ? 0 : 1);
    }

    /** log(1 / (1 + exp(-a))) without overflow: the exponential's argument is never above 0. */
    private static double logSigmoid(double a) {
        return Math.min(a, 0) - StrictMath.log1p(StrictMath.exp(-Math.abs(a)));
    }

    private static double below(double a, double b) {
        if (a == b) {
            return 0.5;
        }
        return a < b ? 1 : 0;
    }
}
