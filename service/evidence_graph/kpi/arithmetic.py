"""Exponential and logarithm from + − × ÷ and scaling by powers of two alone, so that a verdict has the same bits on every machine.

IEEE 754 fixes the result of those operations (and of the square root, `math.sqrt`) to the last bit; it does not fix exp, log, lgamma
or erf, which differ between C libraries. Both functions here are within 2 units in the last place of the true value.
Cody and Waite, Software Manual for the Elementary Functions (1980), chapters 5 and 6: reduction by multiples of ln 2, in two parts.
"""

from math import frexp, inf, ldexp

_LN2_HIGH = 0.6931471803691238  # 32 bits, so that a whole multiple of it is exact
_LN2_LOW = 1.9082149292705877e-10
_PER_LN2 = 1.4426950408889634
_SQRT_HALF = 0.7071067811865476


def exp(x: float) -> float:
    """e to the power of x; 0 below -745, inf above 709."""
    if x > 709.0:
        return inf
    if x < -745.0:
        return 0.0
    k = int(x * _PER_LN2 + 0.5) if x > 0 else int(x * _PER_LN2 - 0.5)
    r = (x - k * _LN2_HIGH) - k * _LN2_LOW
    # Taylor's series to r^13; |r| is at most 0.347
    tail = 1 / 39916800 + r * (1 / 479001600 + r * (1 / 6227020800))
    tail = 1 / 40320 + r * (1 / 362880 + r * (1 / 3628800 + r * tail))
    tail = 1 / 120 + r * (1 / 720 + r * (1 / 5040 + r * tail))
    return ldexp(1 + (r + r * r * (0.5 + r * (1 / 6 + r * (1 / 24 + r * tail)))), k)


def log(x: float) -> float:
    """Natural logarithm; -inf at 0, inf at inf. Raises ValueError below 0."""
    if not 0.0 < x < inf:
        if x < 0:
            raise ValueError("the logarithm of a negative number")
        return x if x else -inf
    m, k = frexp(x)
    if m < _SQRT_HALF:
        m, k = m * 2, k - 1
    f = (m - 1) / (m + 1)
    s = f * f
    # 2 artanh f as a series to f^23; |f| is at most 0.172
    tail = 1 / 17 + s * (1 / 19 + s * (1 / 21 + s * (1 / 23)))
    tail = 1 / 9 + s * (1 / 11 + s * (1 / 13 + s * (1 / 15 + s * tail)))
    tail = s * (1 / 3 + s * (1 / 5 + s * (1 / 7 + s * tail)))
    return k * _LN2_HIGH + (k * _LN2_LOW + 2 * (f + f * tail))
