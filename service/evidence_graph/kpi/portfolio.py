"""Which of many streams are degraded, when one looks at all of them.

The e-BH procedure: Wang and Ramdas, "False discovery rate control with e-values" (2022), section 3.
"""

from collections.abc import Sequence


def discoveries(e_values: Sequence[float], level: float) -> list[bool]:
    """For each stream whether it is discovered; the expected share of false discoveries is at most `level`, however they depend.

    The k streams with the most evidence are discovered for the largest k whose k-th e-value is at least m / (k · level), m streams in
    all. Streams with equal evidence are discovered together.
    """
    threshold = None
    for k, e_value in enumerate(sorted(e_values, reverse=True), 1):
        if k * e_value * level >= len(e_values):
            threshold = e_value
    return [threshold is not None and e_value >= threshold for e_value in e_values]
