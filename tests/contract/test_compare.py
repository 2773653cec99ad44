"""Two models or deployments side by side: shared evidence, counterparts, leaks, and whether a KPI may be compared."""

from typing import Any

import pytest

from evidence_graph.errors import InvalidInput, NotRecorded
from evidence_graph.lineage.compare import Comparison, read_comparison
from evidence_graph.lineage.compare_kpi import MOST_WINDOWS, Asked, KpiComparison
from evidence_graph.lineage.compare_rules import AlignedWindows
from evidence_graph.lineage.kpi_definitions import read_segment
from evidence_graph.record.instants import format_instant
from evidence_graph.record.urn import parse_urn
from evidence_graph.store.graph_store import GraphStore
from tests import stories
from tests.stories import MODEL_6, MODEL_7, ROLL_OUT_41, ROLL_OUT_42, now, record, urns

LATER = "2027-01-01T00:00:00Z"
DAY = 86_400_000_000


async def compare(store: GraphStore, left: str, right: str, **kpi: Any) -> Comparison:
    return await read_comparison(store, left, right, await now(store), asked=asking(**kpi) if kpi else None)


async def compare_kpi(
    store: GraphStore, left: str = ROLL_OUT_41, right: str = ROLL_OUT_42, **kpi: Any
) -> KpiComparison:
    found = (await compare(store, left, right, **{"kpi": stories.CONVERSION, **kpi})).kpi
    assert found is not None
    return found


def asking(kpi: str = stories.CONVERSION, segment: str = "", instant: str = LATER) -> Asked:
    return Asked(kpi, segment, stories.at(instant))


def pairs(windows: list[AlignedWindows]) -> list[tuple[int | None, int | None]]:
    """The day after its own beginning on which each window starts."""
    return [
        (row.left and row.left.start // DAY, row.right and row.right.start // DAY)  # type: ignore[misc]
        for row in windows
    ]


def codes(found: KpiComparison) -> list[tuple[str, bool]]:
    return [(reason.code, reason.prevents) for reason in found.reasons]


def week(deployment: str, start: str, end: str, **fields: Any) -> dict[str, Any]:
    return stories.window(deployment, f"{start}T08:00:00Z", f"{end}T08:00:00Z", **fields)


async def test_evidence_is_shared_or_stands_on_one_side(store: GraphStore) -> None:
    """Both upstream chains; the two themselves are no evidence for themselves."""
    await record(store, stories.churn())

    found = await compare(store, ROLL_OUT_41, ROLL_OUT_42)

    assert urns(found.shared) == [stories.CUSTOMERS_BEFORE]
    assert urns(found.only_left) == [MODEL_6]
    assert urns(found.only_right) == [MODEL_7, stories.TRAINING, stories.CUSTOMERS, stories.TENURE]
    assert (found.left.model.urn, found.right.model.urn) == (MODEL_6, MODEL_7)  # type: ignore[union-attr]
    assert (found.left.beginning, found.left.until) == (
        stories.at("2026-09-02T08:00:00Z"),
        stories.at("2026-10-02T08:00:00Z"),
    )
    assert (found.right.beginning, found.right.until) == (stories.at("2026-10-02T08:00:00Z"), None)
    assert found.completeness.complete


async def test_one_that_rests_on_the_other_is_shared_evidence(store: GraphStore) -> None:
    """A model that was fine-tuned from the other."""
    await record(store, {"models": [{"urn": "model:a/tuned@1", "builtFrom": [MODEL_6]}, {"urn": MODEL_6}]})

    found = await compare(store, MODEL_6, "model:a/tuned@1")
    back = await compare(store, "model:a/tuned@1", MODEL_6)

    assert urns(found.shared) == urns(back.shared) == [MODEL_6]
    assert found.only_left == found.only_right == back.only_left == back.only_right == []


async def test_what_differs_is_named_field_by_field(store: GraphStore) -> None:
    """Source, parameters, what the training data covers; each artifact stands in one place."""
    data = ["dataset:a/train@1", "dataset:b/train@2"]
    await record(
        store,
        stories.datasets(data[0], covers={"from": "2026-01-01T00:00:00Z", "to": "2026-06-01T00:00:00Z"}),
        stories.datasets(data[1], covers={"from": "2026-01-01T00:00:00Z", "to": "2026-07-01T00:00:00Z"}, derivedFrom=["feature:a/f@2"]),
        {"features": [{"urn": "feature:a/f@1"}, {"urn": "feature:a/f@2"}, {"urn": "feature:a/f@3"}]},
        {
            "models": [
                {"urn": MODEL_6, "trainedOn": [data[0]], "source": {"commit": "aa", "parameters": {"depth": 6, "l2": 1}}},
                {"urn": MODEL_7, "trainedOn": [data[1]], "source": {"commit": "bb", "parameters": {"depth": 8, "l2": 1}}},
            ],
            "deployments": [
                {"urn": ROLL_OUT_41, "serves": MODEL_6, "from": "2026-09-02T08:00:00Z", "reads": ["feature:a/f@1", "feature:a/f@3"]},
                {"urn": ROLL_OUT_42, "serves": MODEL_7, "from": "2026-10-02T08:00:00Z", "mode": "CANARY"},
            ],
        },
    )  # fmt: skip

    found = (await compare(store, ROLL_OUT_41, ROLL_OUT_42)).counterparts

    assert [(one.role, one.left, one.right) for one in found] == [
        ("SUBJECT", [ROLL_OUT_41], [ROLL_OUT_42]),
        ("MODEL", [MODEL_6], [MODEL_7]),
        ("TRAINING_DATA", [data[0]], [data[1]]),
        ("SAME_SERIES", ["feature:a/f@1", "feature:a/f@3"], ["feature:a/f@2"]),
    ]
    changes = [{one.field: (one.before, one.after) for one in counterpart.fields} for counterpart in found]
    assert set(changes[0]) == {"from", "mode"}
    assert changes[1] == {"source.commit": ("aa", "bb"), "source.parameters.depth": (6, 8)}
    assert changes[2] == {"covers.to": ("2026-06-01T00:00:00.000000Z", "2026-07-01T00:00:00.000000Z")}
    assert changes[3] == {}


async def test_two_deployments_of_one_model_differ_only_themselves(store: GraphStore) -> None:
    """What both have is no difference."""
    await record(store, stories.churn(), stories.roll_out("deployment:churn/us-prod@1", "2026-10-03T00:00:00Z"))

    found = await compare(store, ROLL_OUT_42, "deployment:churn/us-prod@1")

    assert [one.role for one in found.counterparts] == ["SUBJECT"]
    assert found.only_left == found.only_right == []


async def test_an_evaluation_on_training_data_of_either_is_a_leak(store: GraphStore) -> None:
    """Its own, also far behind, and that of the other; data that was only made of the same raw data is none."""
    await record(store, stories.churn())
    clean = await compare(store, ROLL_OUT_41, ROLL_OUT_42)
    await record(store, {"models": [{"urn": MODEL_7, "evaluatedOn": [stories.CUSTOMERS]}]})
    await record(store, {"models": [{"urn": MODEL_6, "evaluatedOn": [stories.TRAINING, "dataset:a/holdout@1"]}]})
    await record(store, stories.derived("dataset:a/holdout@1", stories.CUSTOMERS))

    found = await compare(store, ROLL_OUT_41, ROLL_OUT_42)

    assert [(leak.evaluated, leak.data, leak.trained) for leak in clean.leaks] == [
        (MODEL_7, stories.CUSTOMERS_BEFORE, MODEL_6)
    ]
    assert [(leak.evaluated, leak.data, leak.trained) for leak in found.leaks] == [
        (MODEL_6, stories.TRAINING, MODEL_7),
        (MODEL_7, stories.CUSTOMERS_BEFORE, MODEL_6),
        (MODEL_7, stories.CUSTOMERS, MODEL_7),
    ]
    assert found.leaks[2].way == [MODEL_7, stories.TRAINING, stories.CUSTOMERS]


async def test_windows_stand_side_by_side_by_the_time_after_each_ones_beginning(store: GraphStore) -> None:
    """Highest revision; a window without a counterpart stands alone; nothing speaks against comparing."""
    await record(store, stories.churn() | {"windows": []})
    await record(
        store,
        {
            "windows": [
                week(ROLL_OUT_41, "2026-09-02", "2026-09-09"),
                week(ROLL_OUT_41, "2026-09-09", "2026-09-16"),
                week(ROLL_OUT_42, "2026-10-03", "2026-10-09"),
                week(ROLL_OUT_42, "2026-10-23", "2026-10-30"),
            ]
        },
    )
    await record(store, {"windows": [week(ROLL_OUT_41, "2026-09-02", "2026-09-09", revision=10, n=9, successes=9)]})
    await record(store, {"windows": [week(ROLL_OUT_41, "2026-09-02", "2026-09-09", revision=9, n=8, successes=8)]})

    found = await compare_kpi(store)

    assert found.comparable
    assert codes(found) == []
    assert pairs(found.windows) == [(0, 1), (7, None), (None, 21)]
    assert found.windows[0].left.window.fields["n"] == 9  # type: ignore[union-attr]


async def test_windows_of_another_segment_are_no_windows_of_this_one(store: GraphStore) -> None:
    """The reason says where there are some; a KPI without any window says that."""
    await record(store, stories.churn() | {"windows": []}, {"kpis": [stories.kpi_version("2", segments=["country"])]})
    await record(
        store,
        {
            "windows": [
                week(ROLL_OUT_41, "2026-09-02", "2026-09-09", segment={"country": "D E"}),
                week(ROLL_OUT_42, "2026-10-02", "2026-10-09"),
            ]
        },
    )

    everything = await compare_kpi(store)
    one = await compare_kpi(store, segment=read_segment("country=D%20E"))
    other = await compare_kpi(store, left=MODEL_6, right=MODEL_7)

    assert codes(everything) == [("SEGMENT", True)]
    assert "country=D%20E" in everything.reasons[0].sentence
    assert codes(one) == [("SEGMENT", True)]
    assert "but of all" in one.reasons[0].sentence
    assert codes(other) == [("NO_WINDOWS", True)] * 2
    assert not other.comparable


async def test_different_versions_of_a_definition_are_not_comparable(store: GraphStore) -> None:
    """The one that applies where each window begins; the reasons say what about them differs."""
    told = await record(store, stories.churn() | {"windows": []})
    await record(
        store,
        {
            "kpis": [
                stories.kpi(
                    version="2", benchmark={"mean": 0.06}, labelHorizon="P7D", **{"from": "2026-10-01T00:00:00Z"}
                )
            ]
        },
    )
    await record(
        store,
        {"windows": [week(ROLL_OUT_41, "2026-09-02", "2026-09-09"), week(ROLL_OUT_42, "2026-10-02", "2026-10-09")]},
    )

    found = await compare_kpi(store)
    before = await read_comparison(
        store, ROLL_OUT_41, ROLL_OUT_42, await stories.as_of(store, told.position), asked=asking()
    )

    assert codes(found) == [("DEFINITION", True), ("BENCHMARK", True), ("LABEL_HORIZON", True)]
    assert "mean 0.05 and mean 0.06" in found.reasons[1].sentence
    assert "P14D and P7D" in found.reasons[2].sentence
    assert before.kpi is not None
    assert codes(before.kpi) == [("NO_WINDOWS", True)] * 2


async def test_other_statistics_are_not_comparable(store: GraphStore) -> None:
    """Windows say what they hold, also when the definition that applies says something else."""
    await record(
        store,
        stories.churn() | {"windows": []},
        {"kpis": [stories.kpi(version="2", aggregate="ESTIMATE", **{"from": "2030-01-01T00:00:00Z"})]},
    )
    estimate = week(ROLL_OUT_42, "2026-10-02", "2026-10-09", value=0.5)
    del estimate["successes"]
    await record(store, {"windows": [week(ROLL_OUT_41, "2026-09-02", "2026-09-09"), estimate]})

    found = await compare_kpi(store)

    assert codes(found) == [("AGGREGATE", True)]
    assert "ESTIMATE" in found.reasons[0].sentence


@pytest.mark.parametrize(
    ("instant", "expected"),
    [
        ("2026-10-23T07:59:59Z", [("IMMATURE", True)]),
        ("2026-10-23T08:00:00Z", [("IMMATURE", False)]),
        ("2026-10-30T08:00:00Z", []),
    ],
)
async def test_windows_whose_labels_may_still_arrive_are_left_out(
    store: GraphStore, instant: str, expected: list[tuple[str, bool]]
) -> None:
    """That prevents a comparison only while none is mature: end and label horizon have passed."""
    await record(store, stories.churn())
    await record(
        store,
        {"windows": [week(ROLL_OUT_41, "2026-09-02", "2026-09-09"), week(ROLL_OUT_42, "2026-10-09", "2026-10-16")]},
    )

    assert codes(await compare_kpi(store, instant=instant)) == expected


async def test_windows_that_a_later_end_cuts_are_left_out(store: GraphStore) -> None:
    """They stay on record and are shown."""
    await record(store, stories.churn())
    await record(store, {"windows": [week(ROLL_OUT_41, "2026-09-02", "2026-09-09")]})
    await record(store, stories.end(ROLL_OUT_42, "2026-10-08T00:00:00Z"))

    found = await compare_kpi(store)

    assert codes(found) == [("OUTSIDE_LIVE", True)]
    assert found.windows[0].right is not None
    assert found.windows[0].right.outside_live


async def test_benchmarks_established_on_different_evidence_are_kept_in_mind(store: GraphStore) -> None:
    """As is a definition without any benchmark."""
    await record(store, stories.churn() | {"windows": [], "kpis": [stories.kpi()]})
    left = week(ROLL_OUT_41, "2026-09-02", "2026-09-09", comparedWith=[stories.CUSTOMERS_BEFORE])
    await record(store, {"windows": [left, week(ROLL_OUT_42, "2026-10-02", "2026-10-09")]})

    found = await compare_kpi(store)

    assert codes(found) == [("BENCHMARK", False)] * 2
    assert found.comparable
    assert stories.CUSTOMERS_BEFORE in found.reasons[1].sentence


async def test_more_windows_than_are_shown_make_the_answer_incomplete(store: GraphStore) -> None:
    """The first of each side are shown; exactly at the limit nothing is cut."""
    start = stories.at("2026-10-02T08:00:00Z")
    await record(store, stories.churn() | {"windows": []})
    await record(store, {"windows": [*hourly(start, MOST_WINDOWS), week(ROLL_OUT_41, "2026-09-02", "2026-09-09")]})
    fits = await compare(store, ROLL_OUT_41, ROLL_OUT_42, kpi=stories.CONVERSION)
    await record(store, {"windows": hourly(start, MOST_WINDOWS + 1)[-1:]})

    cut = await compare(store, ROLL_OUT_41, ROLL_OUT_42, kpi=stories.CONVERSION)

    assert fits.kpi is not None
    assert cut.kpi is not None
    assert fits.completeness.complete
    assert cut.completeness.truncated
    assert cut.completeness.truncated_at == (ROLL_OUT_42,)
    assert cut.kpi.windows == fits.kpi.windows


def hourly(start: int, count: int) -> list[dict[str, Any]]:
    hour = DAY // 24
    return [
        stories.window(ROLL_OUT_42, format_instant(start + n * hour), format_instant(start + (n + 1) * hour))
        for n in range(count)
    ]


@pytest.mark.parametrize(
    ("left", "right"),
    [
        (MODEL_6, ROLL_OUT_42),
        (MODEL_6, MODEL_6),
        (stories.CUSTOMERS, stories.TRAINING),
        (stories.WEEK_40, stories.WEEK_40),
    ],
)
async def test_only_two_models_or_two_deployments_can_be_compared(store: GraphStore, left: str, right: str) -> None:
    await record(store, stories.churn())

    with pytest.raises(InvalidInput) as refused:
        await compare(store, left, right)
    assert refused.value.next_step


async def test_what_is_not_on_record_is_named(store: GraphStore) -> None:
    """One of the two, or the KPI."""
    await record(store, stories.churn())

    with pytest.raises(NotRecorded, match="model:churn/churn@8"):
        await compare(store, MODEL_6, "model:churn/churn@8")
    with pytest.raises(NotRecorded, match="churn/other"):
        await compare(store, MODEL_6, MODEL_7, kpi="churn/other")


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("", ""),
        ("b=2,a=1", "a=1,b=2"),
        ("origin=New York", "origin=New%20York"),
        ("origin=New%20York", "origin=New%20York"),
        ("k=a%2Cb%3Dc", "k=a%2Cb%3Dc"),
        ("k=a=b", "k=a%3Db"),
        ("k=", "k="),
    ],
)
def test_a_segment_is_read_in_any_spelling(text: str, canonical: str) -> None:
    assert read_segment(text) == canonical


@pytest.mark.parametrize("text", ["DE", "=DE", "a=1,", "a=1,a=2", ","])
def test_a_segment_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        read_segment(text)
    assert refused.value.next_step


async def test_awkward_names_and_segments_are_found(store: GraphStore) -> None:
    """Separators inside parts, other alphabets; a name that begins as another does is another."""
    left, right = "deployment:über/a,b=c%2Fd@1,r0", "deployment:über/a,b=c%2Fd@1"
    segment = {"land, stadt": "Köln=ok/€", "b": ""}
    windows = [
        stories.window(urn, f"2026-10-0{n}T00:00:00Z", f"2026-10-0{n + 1}T00:00:00Z", segment=segment, kpi="k/pi%40x")
        for n, urn in ((2, left), (5, right))
    ]
    await record(
        store,
        {"kpis": [stories.kpi("k/pi%40x", benchmark={"mean": 1})], "windows": windows},
        stories.roll_out(left, "2026-10-02T00:00:00Z"),
        stories.roll_out(right, "2026-10-05T00:00:00Z"),
    )
    urns_of = [parse_urn(urn).text for urn in (left, right)]

    found = await compare(store, *urns_of, kpi="k/pi%40x", segment=read_segment("b=,land%2C stadt=Köln=ok/€"))

    assert found.kpi is not None
    assert found.kpi.comparable
    assert pairs(found.kpi.windows) == [(0, 0)]
