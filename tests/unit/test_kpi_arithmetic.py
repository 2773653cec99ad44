"""The room's own exponential and logarithm are right, and have the same bits everywhere."""

from decimal import Decimal, localcontext
from math import inf, ulp

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evidence_graph.kpi.arithmetic import exp, log


@settings(deadline=None)
@given(st.floats(-700, 700))
def test_the_exponential_is_within_two_units_in_the_last_place(x: float) -> None:
    """Against decimal arithmetic with 40 digits, which is rounded correctly."""
    with localcontext(prec=40):
        true = Decimal(x).exp()

    assert abs(Decimal(exp(x)) - true) <= 2 * Decimal(ulp(float(true)))


@settings(deadline=None)
@given(st.floats(1e-300, 1e300) | st.floats(0.5, 2))
def test_the_logarithm_is_within_three_units_in_the_last_place(x: float) -> None:
    """Near 1, where it is small, too."""
    with localcontext(prec=60):
        true = Decimal(x).ln()

    assert abs(Decimal(log(x)) - true) <= 3 * Decimal(ulp(float(true)))


def test_what_lies_beyond_the_numbers_is_said_so() -> None:
    """Never an exception in the middle of a verdict for evidence that is very large or very small."""
    assert (exp(-1e9), exp(1e9), log(0.0)) == (0.0, inf, -inf)
    with pytest.raises(ValueError, match="negative"):
        log(-1.0)


def test_the_bits_are_these() -> None:
    """Written down on one machine, to fail on another that does not compute them."""
    assert [exp(x).hex() for x in (-3.21, 0.1, 12.5)] == EXPONENTIALS
    assert [log(x).hex() for x in (0.05, 1.0001, 59651.5)] == LOGARITHMS


EXPONENTIALS = ["0x1.4a99f3c5c83d6p-5", "0x1.1aec7b35a00d4p+0", "0x1.060c52565ba66p+18"]
LOGARITHMS = ["-0x1.7f7427b73e391p+1", "0x1.a368d0657fcd4p-14", "0x1.5fe17b37176dcp+3"]
