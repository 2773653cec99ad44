"""What a verdict must not depend on, what it never does, and its bits."""

from collections.abc import Callable
from math import isnan

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evidence_graph.kpi.plan import read_plan
from evidence_graph.kpi.restart import MOST_EVIDENCE
from evidence_graph.kpi.verdict import Judged, judge, judge_series
from evidence_graph.kpi.windows import RatioSums, Statistics, count, proportion, ratio
from tests.kpi_streams import HIGHER, LOWER, STATED, last, plan_of, weeks

PROPORTIONS = st.lists(st.tuples(st.integers(2, 50_000), st.floats(0, 0.2)), min_size=1, max_size=40).map(
    lambda seen: [proportion(n, int(n * share)) for n, share in seen]
)
MEANS = st.lists(st.tuples(st.integers(30, 5_000), st.floats(-2, 2), st.floats(0.1, 4)), min_size=1, max_size=30).map(
    lambda seen: [Statistics(n, mean, variance) for n, mean, variance in seen]
)
NUMBERS = st.sampled_from([0.0, 1.0, -1.0, 1e-9, 1e15, 5e-324, 1e300, -3.3]) | st.floats(-10, 10)
POSITIVE = st.sampled_from([1e-200, 1e-9, 1.0, 1e12, 1e300]) | st.floats(0.001, 10)
COUNTS = st.sampled_from([1, 2, 5, 200, 20_000, 2**52])
ANYTHING = {
    "PROPORTION": COUNTS.flatmap(lambda n: st.integers(0, n).map(lambda x: proportion(n, x))),
    "COUNT": st.builds(count, st.just(0) | COUNTS, POSITIVE),
    "MEAN": st.builds(Statistics, COUNTS, NUMBERS, st.none() | st.just(0.0) | POSITIVE),
    "ESTIMATE": st.builds(
        lambda n, value, error: Statistics(n, value, standard_error=error), COUNTS, NUMBERS, st.none() | POSITIVE
    ),
    "RATIO": st.builds(ratio, COUNTS, st.builds(RatioSums, POSITIVE, NUMBERS, POSITIVE, POSITIVE, NUMBERS)),
}


@settings(deadline=None)
@given(PROPORTIONS, st.sampled_from([HIGHER, LOWER]))
def test_the_series_is_the_verdict_on_each_beginning(seen: list[Statistics], direction: str) -> None:
    """Bit by bit: what is known later changes nothing that was said."""
    plan, windows = plan_of(direction, **STATED), weeks(seen)

    assert judge_series(plan, windows) == [judge(plan, windows[: many + 1]) for many in range(len(windows))]


@settings(deadline=None)
@given(MEANS, st.sampled_from([0.25, 2.0, 1024.0]), st.sampled_from([-8.0, 0.0, 16.0]))
def test_a_verdict_follows_the_unit_and_not_the_zero(seen: list[Statistics], unit: float, zero: float) -> None:
    """Celsius or Fahrenheit: the same states, and the interval in the other unit."""
    here = plan_of(aggregate="MEAN", benchmark={"mean": 0.0}, smallestRelevantChange={"absolute": 0.1})
    there = plan_of(aggregate="MEAN", benchmark={"mean": zero}, smallestRelevantChange={"absolute": 0.1 * unit})
    moved = [Statistics(one.n, one.mean * unit + zero, (one.variance or 0.0) * unit**2) for one in seen]

    for mine, other in zip(judge_series(here, weeks(seen)), judge_series(there, weeks(moved)), strict=True):
        assert mine.needed is not None
        assert other.needed == pytest.approx(mine.needed, abs=1)
        assert other.e_value == pytest.approx(mine.e_value, rel=1e-6)
        for name in ("change", "lower", "upper"):
            assert getattr(other, name) == pytest.approx(unit * getattr(mine, name), rel=1e-6, abs=1e-9 * unit)


@settings(deadline=None)
@given(MEANS)
def test_up_and_down_are_mirror_images(seen: list[Statistics]) -> None:
    """Turned over, with the other direction, every verdict is the same."""
    fields = {"aggregate": "MEAN", "benchmark": {"mean": 0.0}, "smallestRelevantChange": {"absolute": 0.1}}
    turned = [Statistics(one.n, -one.mean, one.variance) for one in seen]

    higher = judge_series(plan_of(**fields), weeks(seen))
    lower = judge_series(plan_of(LOWER, **fields), weeks(turned))

    assert [(one.state, one.e_value, one.alarm) for one in higher] == [
        (one.state, one.e_value, one.alarm) for one in lower
    ]
    assert [one.lower for one in higher] == [-one.upper if one.upper is not None else None for one in lower]


@settings(deadline=None)
@given(st.lists(st.integers(0, 400), min_size=2, max_size=20), st.data())
def test_the_mean_of_all_windows_does_not_know_their_order(successes: list[int], data: st.DataObject) -> None:
    """Windows of one size in another order: the last interval is the same (the alarm may differ: it asks since when)."""
    plan = plan_of(**STATED)
    shuffled = data.draw(st.permutations(successes))

    first = last(plan, [proportion(4_000, x) for x in successes])
    other = last(plan, [proportion(4_000, x) for x in shuffled])

    assert (first.lower, first.upper) == pytest.approx((other.lower, other.upper), rel=1e-9)


@settings(deadline=None)
@given(st.lists(st.integers(1, 400), min_size=1, max_size=20), st.data())
def test_fewer_successes_are_never_better(successes: list[int], data: st.DataObject) -> None:
    """Take some away in any week: the evidence that it got worse does not fall, unless there had been more than is kept."""
    fewer = [data.draw(st.integers(0, x)) for x in successes]
    before, after = (
        judge_series(plan_of(**STATED), weeks([proportion(4_000, x) for x in xs])) for xs in (successes, fewer)
    )
    evidence = [one.e_value or 0.0 for one in after]

    if max(evidence) < MOST_EVIDENCE:
        assert evidence[-1] >= (before[-1].e_value or 0.0) * (1 - 1e-9)
        assert after[-1].alarm or not before[-1].alarm


@settings(deadline=None)
@given(st.sampled_from(sorted(ANYTHING)), st.data())
def test_no_number_that_is_a_number_makes_a_verdict_fail(aggregate: str, data: st.DataObject) -> None:
    """Huge, tiny, equal, absent: there is a verdict after every window, and nothing in it is no number."""
    direction = data.draw(st.sampled_from([HIGHER, LOWER, "IN_BAND"]))
    low = data.draw(NUMBERS)
    held = [{"mean": low}, {"windows": {}}, {"evaluation": "…"}, {"against": "…"}]
    fields: dict[str, object] = {
        "direction": direction,
        "aggregate": aggregate,
        "benchmark": data.draw(st.sampled_from(held)),
        "band": {"from": low, "to": low + data.draw(POSITIVE)},
        "errorLevel": data.draw(st.sampled_from([0.5, 0.05, 1e-9])),
    }
    if data.draw(st.booleans()):
        fields["smallestRelevantChange"] = {data.draw(st.sampled_from(["relative", "absolute"])): data.draw(POSITIVE)}
    windows = st.lists(ANYTHING[aggregate], min_size=1, max_size=4)
    seen, control, reference = (
        data.draw(windows) * (13 if many else 1) for many in data.draw(st.tuples(*[st.booleans()] * 3))
    )
    control = (control * len(seen))[: len(seen)]

    series = judge_series(
        read_plan(fields), weeks(seen, control), weeks(reference, (control * len(reference))[: len(reference)])
    )

    assert len(series) == len(seen)
    for judged in series:
        told = (judged.mean, judged.change, judged.lower, judged.upper, judged.e_value, judged.between_windows)
        assert not any(isnan(number) for number in told if number is not None)


PINNED: dict[str, Callable[[], Judged]] = {
    "proportion": lambda: last(plan_of(**STATED), [proportion(20_000, 980), proportion(18_234, 901)] * 4),
    "few": lambda: last(plan_of(benchmark={"mean": 0.01}), [proportion(200, 2), proportion(180, 0)] * 9),
    "rate": lambda: last(plan_of(aggregate="COUNT", benchmark={"mean": 0.5}), [count(3, 7.0), count(5, 7.5)] * 5),
    "reference": lambda: last(
        plan_of(benchmark={"windows": {"of": "model:a/b@1"}}),
        [proportion(20_000, 980)] * 5,
        [proportion(20_000, 960 + 9 * week) for week in range(14)],
    ),
    "mean": lambda: last(
        plan_of("IN_BAND", aggregate="MEAN", band={"from": 2.0, "to": 2.5}), [Statistics(700, 2.7, 1.9)] * 3
    ),
}


@pytest.mark.parametrize("name", PINNED)
def test_the_bits_of_a_verdict_are_these(name: str) -> None:
    """Written down on one machine: another that computes others would contradict what was published."""
    assert msgspec.json.encode(PINNED[name]()).decode() == BITS[name]


BITS = {
    "proportion": (
        '{"key":"w7","start":4233600000000,"end":4838400000000,"window_n":18234,"window_mean":0.0494131841614'
        '5662,"state":"INSUFFICIENT_DATA","n":152936.0,"mean":0.049197049746299105,"benchmark":0.05,"change":'
        '-0.0008029502537008973,"lower":-0.002680993554378147,"upper":0.0010750930469763526,"needed":59652,"e'
        '_value":0.7970259552646216,"alarm":false,"began_worse":false,"suspected_since":null,"between_windows'
        '":0.0,"variation":null,"method":"NORMAL_MIXTURE","error":{"level":0.05,"sequence":0.02,"look":0.01,"'
        'alarm":0.02,"reference":0.0},"assumptions":["NO_VARIATION_BETWEEN_WINDOWS"]}'
    ),
    "few": (
        '{"key":"w17","start":10281600000000,"end":10886400000000,"window_n":180,"window_mean":0.0,"state":"I'
        'NSUFFICIENT_DATA","n":3420.0,"mean":0.005263157894736842,"benchmark":0.01,"change":-0.00473684210526'
        '3158,"lower":-0.007954849016515959,"upper":0.0005075439504333788,"needed":310816,"e_value":4.4878932'
        '74315979,"alarm":false,"began_worse":false,"suspected_since":null,"between_windows":0.0,"variation":'
        'null,"method":"BETA_BINOMIAL_MIXTURE","error":{"level":0.05,"sequence":0.02,"look":0.01,"alarm":0.02'
        ',"reference":0.0},"assumptions":["NO_VARIATION_BETWEEN_WINDOWS"]}'
    ),
    "rate": (
        '{"key":"w9","start":5443200000000,"end":6048000000000,"window_n":7.5,"window_mean":0.666666666666666'
        '6,"state":"INSUFFICIENT_DATA","n":72.5,"mean":0.5517241379310345,"benchmark":0.5,"change":0.05172413'
        '7931034475,"lower":-0.1980403608367331,"upper":0.40681436529284,"needed":6280,"e_value":0.8882721698'
        '652501,"alarm":false,"began_worse":false,"suspected_since":null,"between_windows":0.0,"variation":nu'
        'll,"method":"GAMMA_POISSON_MIXTURE","error":{"level":0.05,"sequence":0.02,"look":0.01,"alarm":0.02,"'
        'reference":0.0},"assumptions":["NO_VARIATION_BETWEEN_WINDOWS"]}'
    ),
    "reference": (
        '{"key":"w4","start":2419200000000,"end":3024000000000,"window_n":20000,"window_mean":0.049,"state":"'
        'INSUFFICIENT_DATA","n":100000.0,"mean":0.049,"benchmark":0.050925,"change":-0.0019249999999999962,"l'
        'ower":-0.01413270023220669,"upper":0.010282700232206697,"needed":645661,"e_value":0.8521077660092198'
        ',"alarm":false,"began_worse":false,"suspected_since":null,"between_windows":0.004933215226859136,"va'
        'riation":{"estimate":1.1293930492117934e-6,"upper":2.9203934969417814e-6,"correlation":0.78571428571'
        '42857,"counted":0.00002433661247451484},"method":"NORMAL_MIXTURE","error":{"level":0.05,"sequence":0'
        '.016,"look":0.008,"alarm":0.016,"reference":0.01},"assumptions":["VARIATION_AS_IN_REFERENCE","CORREL'
        'ATED_WINDOWS","NORMAL_APPROXIMATION"]}'
    ),
    "mean": (
        '{"key":"w2","start":1209600000000,"end":1814400000000,"window_n":700,"window_mean":2.7,"state":"DEGR'
        'ADED","n":2100.0,"mean":2.7000000000000006,"benchmark":2.25,"change":0.20000000000000062,"lower":0.0'
        '9860640891619532,"upper":0.3013935910838059,"needed":1179,"e_value":500000.8584615384,"alarm":true,"'
        'began_worse":true,"suspected_since":0,"between_windows":0.0,"variation":null,"method":"NORMAL_MIXTUR'
        'E","error":{"level":0.05,"sequence":0.02,"look":0.01,"alarm":0.02,"reference":0.0},"assumptions":["N'
        'O_VARIATION_BETWEEN_WINDOWS","NORMAL_APPROXIMATION"]}'
    ),
}
