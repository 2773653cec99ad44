"""The few distributions the verdicts need, from the room's own exponential and logarithm.

Relative error below 1e-11 over the ranges used; equal bits on every machine (see `arithmetic`).
"""

from collections.abc import Callable
from functools import lru_cache
from math import sqrt

from evidence_graph.kpi.arithmetic import exp, log

HALF_LOG_TWO_PI = 0.9189385332046728
_TINY = 1e-300


def normal_cdf(z: float) -> float:
    """Probability that a standard normal variable is at most z. Series and continued fraction: DLMF 7.6.2, 7.9.1."""
    if z > 3.0:
        return 1.0 - normal_cdf(-z)
    density = exp(-z * z / 2 - HALF_LOG_TWO_PI)
    if z < -3.0:
        fraction = 0.0
        for k in range(60, 0, -1):
            fraction = k / (-z + fraction)
        return density / (-z + fraction)
    term = total = z
    k = 1
    while abs(term) > 1e-17 * abs(total):
        k += 2
        term *= z * z / k
        total += term
    return 0.5 + density * total


@lru_cache(maxsize=1024)
def normal_quantile(p: float) -> float:
    """The z with `normal_cdf(z) == p`; p inside (0, 1)."""
    if p > 0.5:
        return -normal_quantile(1.0 - p)
    return bisect(lambda z: normal_cdf(z) - p, -40.0, 0.0)


@lru_cache(maxsize=1024)
def chi_square_quantile(p: float, freedom: int) -> float:
    """The x below which a chi-square variable with `freedom` degrees falls with probability p."""
    return bisect(lambda x: _gamma_cdf(freedom / 2, x / 2) - p, 0.0, freedom + 20 * sqrt(2 * freedom) + 100)


def log_gamma(a: float) -> float:
    """Logarithm of the gamma function at a > 0. Stirling's series, DLMF 5.11.1."""
    return (a - 0.5) * log(a) - a + HALF_LOG_TWO_PI + stirling_error(a)


def stirling_error(a: float) -> float:
    """What Stirling's formula leaves of the logarithm of the gamma function: ln Γ(a) - ((a - 1/2) ln a - a + ln(2π)/2)."""
    if a >= 10:
        r = 1 / (a * a)
        return (1 / 12 - r * (1 / 360 - r * (1 / 1260 - r * (1 / 1680 - r * (1 / 1188 - r * 691 / 360360))))) / a
    # from lnΓ(a) = lnΓ(a + m) - ln(a (a + 1) … (a + m - 1)), with Stirling's formula taken off on both sides
    product, high = a, a + 1
    while high < 10:
        product *= high
        high += 1
    return stirling_error(high) + (high - 0.5) * log(high) - high - log(product) - ((a - 0.5) * log(a) - a)


def log_rising(a: float, count: float) -> float:
    """ln(Γ(a + count) / (Γ(a) a^count)), the sum of ln(1 + i/a) over i < count: 0 for none, about count²/(2a) for few."""
    if count <= 24 and count == int(count):
        total, product = 0.0, 1.0
        for i in range(1, int(count)):
            product *= 1 + i / a
            if product > 1e250:
                total, product = total + log(product), 1.0
        return total + log(product)
    after = a + count
    return (after - 0.5) * log(after / a) - count + stirling_error(after) - stirling_error(a)


def log_beta(a: float, b: float) -> float:
    """Logarithm of the beta function, a and b > 0, without the cancellation of three large terms."""
    n = a + b
    body = a * log(a / n) + b * log(b / n) + HALF_LOG_TWO_PI + log(n / (a * b)) / 2
    return body + stirling_error(a) + stirling_error(b) - stirling_error(n)


def log_incomplete_beta(x: float, a: float, b: float) -> float:
    """Logarithm of the unregularised incomplete beta function, 0 < x <= 1. Continued fraction: DLMF 8.17.22."""
    if x >= 1:
        return log_beta(a, b)
    if x > (a + 1) / (a + b + 2):
        whole = log_beta(a, b)
        return whole + log(1 - exp(log_incomplete_beta(1 - x, b, a) - whole))
    return a * log(x) + b * log(1 - x) - log(a) + log(_beta_fraction(x, a, b))


def _beta_fraction(x: float, a: float, b: float) -> float:
    """Lentz's method: value = product of the ratios of successive numerators and denominators."""
    c, d = 1.0, 1 / _away_from_zero(1 - (a + b) * x / (a + 1))
    value = d
    for m in range(1, 10_000):
        even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        for step in (even, odd):
            d = 1 / _away_from_zero(1 + step * d)
            c = _away_from_zero(1 + step / c)
            value *= d * c
        if abs(d * c - 1) < 1e-15:
            break
    return value


def _away_from_zero(x: float) -> float:
    return x if abs(x) > _TINY else _TINY


def _gamma_cdf(a: float, x: float) -> float:
    """Regularised lower incomplete gamma function. Series: DLMF 8.11.4."""
    if x <= 0:
        return 0.0
    term = total = 1.0
    k = 0
    while term > 1e-17 * total:
        k += 1
        term *= x / (a + k)
        total += term
    return min(1.0, exp(a * log(x) - x - log_gamma(a + 1)) * total)


def bisect(rising: Callable[[float], float], low: float, high: float) -> float:
    """Where a function that rises from below 0 at `low` to above 0 at `high` is 0, to the last bit or 200 halvings."""
    for _ in range(200):
        middle = low + (high - low) / 2
        if middle in (low, high):
            break
        if rising(middle) < 0:
            low = middle
        else:
            high = middle
    return high
