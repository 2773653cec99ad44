"""What the numbers of a window can and cannot be: whatever is accepted has a variance of 0 or more, in exact arithmetic."""

import math
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from evidence_graph.evidence.window_statistics import ROUNDING, aggregate_of, check_statistics

NUMBERS = st.floats(allow_nan=False, allow_infinity=False)
POSITIVE = st.floats(min_value=0, exclude_min=True, allow_infinity=False)
VALUES = st.one_of(st.just(0.0), st.floats(1e-3, 1e6), st.floats(-1e6, -1e-3))
PAIRS = st.lists(st.tuples(VALUES, VALUES), min_size=1, max_size=30)


def faults(**fields: Any) -> list[str]:
    return [fault.field for fault in check_statistics(fields)]


def sums_of(pairs: list[tuple[float, float]]) -> dict[str, float]:
    """The five sums over pairs (x, y), added up as anybody would."""
    return {
        "x": sum(x for x, _ in pairs),
        "y": sum(y for _, y in pairs),
        "xx": sum(x * x for x, _ in pairs),
        "yy": sum(y * y for _, y in pairs),
        "xy": sum(x * y for x, y in pairs),
    }


@given(n=st.integers(0, 2**53 - 1), successes=st.integers(0, 2**53 - 1))
@example(n=0, successes=0)
@example(n=10, successes=11)
def test_a_proportion_that_is_accepted_lies_between_0_and_1(n: int, successes: int) -> None:
    accepted = not faults(n=n, successes=successes)

    assert accepted == (n > 0 and successes <= n)


@given(n=st.integers(0, 5), mean=NUMBERS, variance=st.one_of(st.none(), NUMBERS))
def test_a_mean_that_is_accepted_has_a_variance_that_can_be(n: int, mean: float, variance: float | None) -> None:
    """Left out only where there is none."""
    stated = {} if variance is None else {"variance": variance}

    accepted = not faults(n=n, mean=mean, **stated)

    assert accepted == (n >= 1 and (n == 1 if variance is None else variance >= 0 and (n > 1 or variance == 0)))


@st.composite
def sums_near_the_edge(draw: st.DrawFn) -> tuple[int, dict[str, float]]:
    """n and five sums in any unit, at and around the edge of what is possible."""
    n = draw(st.integers(1, 1000))
    across, up = draw(st.floats(1e-100, 1e100)), draw(st.floats(1e-100, 1e100))
    room = st.one_of(st.floats(0, 1), st.floats(1 - 1e-7, 1 + 1e-8), st.just(1.0))
    u, v = draw(room), draw(room) * draw(st.sampled_from([1, -1]))
    centre, reach = u * v, math.sqrt(max(0.0, 1 - u * u) * max(0.0, 1 - v * v))
    w = centre + reach * draw(st.one_of(room, st.floats(0, 3))) * draw(st.sampled_from([1, -1]))
    root = math.sqrt(n)
    return n, {"x": u * root * across, "y": v * root * up, "xx": across**2, "yy": up**2, "xy": w * across * up}


RAW = st.tuples(
    st.integers(1, 9), st.fixed_dictionaries({"x": POSITIVE, **dict.fromkeys(("y", "xx", "yy", "xy"), NUMBERS)})
)


@given(told=st.one_of(sums_near_the_edge(), RAW), other=NUMBERS)
@example(told=(2, {"x": 2.0, "y": 2.0, "xx": 2.0, "yy": 2.0, "xy": 2.0}), other=1.0)
@example(told=(4, {"x": 2.0, "y": 2.0, "xx": 1.0, "yy": 1.0, "xy": -1.0}), other=-1.0)
@example(told=(3, {"x": 5e-324, "y": 0.0, "xx": 5e-324, "yy": 0.0, "xy": 0.0}), other=1e308)
@example(told=(1, {"x": 1e300, "y": 0.0, "xx": 5e-324, "yy": 0.0, "xy": 0.0}), other=1.0)
@example(told=(1, {"x": 1e-200, "y": 1e200, "xx": 1e-300, "yy": 1e300, "xy": 0.0}), other=1e308)
def test_a_ratio_that_is_accepted_has_a_variance_for_every_benchmark(
    told: tuple[int, dict[str, float]], other: float
) -> None:
    """Squares of z = y - R·x about their mean add up to 0 or more, exactly; what rounding may have taken away is forgiven."""
    n, sums = told
    if faults(n=n, sums=sums):
        return
    x, y, xx, yy, xy = (Fraction(sums[name]) for name in ("x", "y", "xx", "yy", "xy"))
    spread = xx - x * x / n
    worst = (xy - x * y / n) / spread if spread > 0 else Fraction(0)

    for r in (Fraction(0), Fraction(other), worst):
        about_mean = (yy - 2 * r * xy + r * r * xx) - (y - r * x) ** 2 / n
        assert about_mean >= -4 * Fraction(ROUNDING) * (yy + r * r * xx)
    assert x > 0


@given(pairs=PAIRS, factor=st.sampled_from([1e-140, 1e-9, 1.0, 1e9, 1e140]))
@example(pairs=[(1.0, 3.0)] * 30, factor=1.0)
@example(pairs=[(1e6, 1e6), (1e6, 1e6), (1e6, 999_999.9)], factor=1.0)
def test_the_sums_of_real_pairs_are_accepted(pairs: list[tuple[float, float]], factor: float) -> None:
    """However alike the pairs are, and whatever the unit; a denominator of 0 or less is none."""
    scaled = [(x * factor, y * factor) for x, y in pairs]
    sums = sums_of(scaled)
    assume(sums["x"] > 1e-3 * sum(abs(x) for x, _ in scaled))  # otherwise what cancels is all that is left

    assert faults(n=len(pairs), sums=sums) == []


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"n": 0, "successes": 0}, "n"),
        ({"n": 10, "successes": 11}, "successes"),
        ({"n": 10, "mean": 0.5}, "variance"),
        ({"n": 10, "mean": 0.5, "variance": -1e-300}, "variance"),
        ({"n": 1, "mean": 0.5, "variance": 0.1}, "variance"),
        ({"n": 2, "sums": {"x": 0, "y": 1, "xx": 1, "yy": 1, "xy": 0}}, "sums.x"),
        ({"n": 2, "sums": {"x": -2, "y": 1, "xx": 2, "yy": 1, "xy": 0}}, "sums.x"),
        ({"n": 2, "sums": {"x": 2, "y": 1, "xx": 1.9, "yy": 1, "xy": 1}}, "sums.xx"),
        ({"n": 2, "sums": {"x": 2, "y": 1, "xx": -2, "yy": 1, "xy": 1}}, "sums.xx"),
        ({"n": 2, "sums": {"x": 2, "y": 2, "xx": 2, "yy": 1.9, "xy": 1}}, "sums.yy"),
        ({"n": 2, "sums": {"x": 2, "y": 2, "xx": 2, "yy": 0, "xy": 0}}, "sums.yy"),
        ({"n": 2, "sums": {"x": 2, "y": 2, "xx": 3, "yy": 3, "xy": 3.1}}, "sums.xy"),
        ({"n": 2, "sums": {"x": 2, "y": 2, "xx": 3, "yy": 3, "xy": 0.9}}, "sums.xy"),
        ({"n": 2, "sums": {"x": 2, "y": 0, "xx": 3, "yy": 0, "xy": 1}}, "sums.xy"),
        ({"events": 3, "exposure": 0}, "exposure"),
        ({"events": 3, "exposure": -1.5}, "exposure"),
        ({"n": 9, "value": 0.7, "standardError": -0.1}, "standardError"),
        ({"n": 0, "value": 0.7}, "n"),
        ({"n": 10}, ""),
        ({}, ""),
        ({"successes": 4}, ""),
        ({"mean": 0.5, "variance": 0.1}, ""),
        ({"n": 10, "successes": 4, "mean": 0.4, "variance": 0.24}, ""),
        ({"events": 3}, ""),
        ({"n": 9, "successes": 4, "standardError": 0.1}, ""),
    ],
)
def test_what_cannot_be_is_told_with_its_field(fields: dict[str, Any], field: str) -> None:
    """Every fault says what to do."""
    found = list(check_statistics(fields))

    assert [fault.field for fault in found] == [field]
    assert all(fault.message and fault.next_step for fault in found)


@pytest.mark.parametrize(
    ("fields", "aggregate"),
    [
        ({"n": 10, "successes": 4}, "PROPORTION"),
        ({"n": 10, "mean": -3, "variance": 0}, "MEAN"),
        ({"n": 1, "mean": 0.4}, "MEAN"),
        ({"n": 1, "mean": 0.4, "variance": 0}, "MEAN"),
        ({"n": 2, "sums": {"x": 2, "y": 1, "xx": 2.5, "yy": 1, "xy": 1.2}}, "RATIO"),
        ({"events": 0, "exposure": 1e-9}, "COUNT"),
        ({"n": 7, "events": 4, "exposure": 12.5}, "COUNT"),
        ({"n": 10, "value": -0.7}, "ESTIMATE"),
        ({"n": 10, "value": 0.7, "standardError": 0}, "ESTIMATE"),
    ],
)
def test_what_can_be_is_of_one_aggregate(fields: dict[str, Any], aggregate: str) -> None:
    assert aggregate_of(fields) == aggregate
    assert list(check_statistics(fields)) == []


def test_the_edge_of_what_rounding_forgives() -> None:
    """Ten digits of ten million observations: sums that were added up in single steps pass, sums with a typing error do not."""
    n, share = 10_000_000, 1 / 3
    y = math.fsum([share] * 1_000) * 10_000
    sums = {"x": n, "y": y, "xx": n, "yy": y * share, "xy": y}

    assert faults(n=n, sums=sums) == []
    assert faults(n=n, sums=sums | {"yy": y * share * (1 - 1e-6)}) == ["sums.yy"]
    assert faults(n=n, sums=sums | {"xy": y * (1 + 1e-3)}) == ["sums.xy"]
