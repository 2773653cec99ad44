"""The formulas give the numbers that others published or compute."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from statsmodels.stats.power import NormalIndPower

from evidence_graph.kpi import beta_binomial, mixture
from evidence_graph.kpi.mixture import Sided
from evidence_graph.kpi.sample_size import needed_size

Parameters = dict[str, Any]


def _rho(given: Parameters) -> float:
    return mixture.best_rho(given["v_opt"], given["alpha_opt"], Sided(given["sided"]))


def _r(given: Parameters) -> float:
    return beta_binomial.tuned_r(given["v_opt"], given["alpha_opt"], given["g"], given["h"], Sided(given["sided"]))


FUNCTIONS: dict[str, Callable[[Parameters], float | tuple[float, float]]] = {
    "normal_mixture.best_rho": _rho,
    "normal_mixture.log_mixture": lambda at: mixture.log_mixture(at["s"], at["v"], _rho(at), Sided(at["sided"])),
    "normal_mixture.bound": lambda at: mixture.bound(at["v"], at["alpha"], _rho(at), Sided(at["sided"])),
    "beta_binomial.log_mixture": lambda at: beta_binomial.log_mixture(
        at["s"], at["v"], _r(at), at["g"], at["h"], Sided(at["sided"])
    ),
    "beta_binomial.bound": lambda at: beta_binomial.increment_bound(
        at["v"], at["alpha"], _r(at), at["g"], at["h"], Sided(at["sided"])
    ),
    "bernoulli.confidence_interval": lambda at: beta_binomial.proportion_interval(
        at["successes"], at["trials"], at["alpha"], beta_binomial.prior_size(at["t_opt"], at["alpha_opt"])
    ),
}


@pytest.mark.external
def test_confidence_sequences_are_those_of_the_reference_implementation(shared_data: Path) -> None:
    """Facts of gostevehoward/confseq, from its reference implementation in R: every test of the families used here."""
    tests = json.loads((shared_data / "sequential_tests.json").read_text())["confidence_sequences"]["tests"]
    core = [test for test in tests if test["tier"] == "core"]

    for test in core:
        found = FUNCTIONS[test["function"]](test["parameters"])
        assert found == pytest.approx(_pair(test["expected"]), abs=test["tolerance_absolute"]), test["id"]
    assert {test["function"] for test in core} == set(FUNCTIONS)


@pytest.mark.external
def test_the_needed_size_is_the_published_one(shared_data: Path) -> None:
    """p = 0.05, a change of 5 % of it, level 0.05, power 0.8."""
    known = json.loads((shared_data / "sequential_tests.json").read_text())["sample_size"]

    assert needed_size(0.05 * 0.95, 0.0025, 0.05, 0.8) == pytest.approx(
        known["expected"], abs=known["tolerance_absolute"]
    )


@pytest.mark.parametrize("alpha", [0.001, 0.01, 0.05, 0.2])
@pytest.mark.parametrize("power", [0.5, 0.8, 0.99])
@pytest.mark.parametrize(("variance", "change"), [(0.0475, 0.0025), (1.0, 0.1), (400.0, 0.5)])
def test_the_needed_size_is_that_of_statsmodels(variance: float, change: float, alpha: float, power: float) -> None:
    """To a millionth. One-sided at half the level: two-sided, statsmodels counts rejections to the wrong side as found, too."""
    theirs = NormalIndPower().solve_power(
        change / variance**0.5, alpha=alpha / 2, power=power, ratio=0, alternative="larger"
    )

    assert needed_size(variance, change, alpha, power) == pytest.approx(theirs, rel=1e-6)


def _pair(expected: float | list[float]) -> float | tuple[float, float]:
    return tuple(expected) if isinstance(expected, list) else expected  # type: ignore[return-value]
