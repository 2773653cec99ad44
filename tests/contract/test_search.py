"""Finding artifacts by a text: ranked, forgiving, as known at the moment, and deaf to every syntax."""

import re
from random import Random
from typing import Any

import pytest

from evidence_graph.errors import InvalidInput
from evidence_graph.lineage import search as lineage
from evidence_graph.lineage import search_index, search_meanings
from evidence_graph.lineage.moment import Moment
from evidence_graph.lineage.search import read_search
from evidence_graph.record import search_ages
from evidence_graph.record.rows import AnnotationPut
from evidence_graph.record.search_words import MOST_WORDS_HOLDING
from evidence_graph.store.graph_store import GraphStore, Transaction
from evidence_graph.store.named_queries import Question
from graph_schema import KINDS
from tests import reference_search, stories
from tests.conftest import Engine
from tests.stories import as_of, datasets, derived, now, record

NASTY = [
    '"', "'", "*", "( OR )", "a:b", "NEAR(a b, 2)", "w* OR w*", "words:w*", "^a -b +c", "[a TO z]", "/.*/", "a~2 b^9", "\\", "a\\",
    "{!} && || !", "a AND", "AND OR NOT", ") OR (a", '"a" *', "%", "_", "';--", "\x00", "a\x00b", "\N{FULLWIDTH QUOTATION MARK}a",
    "e\N{COMBINING ACUTE ACCENT}", "\N{IDEOGRAPHIC SPACE}a", "a\N{ZERO WIDTH SPACE}b", "\U0001f600", "ª ² ½", "ǆ ß İ", "x" * 1_024,
    " a" * 500, " ".join("abcdefghijklmnopqrstuvwx"[n:] + "abcdefghijklmnopqrstuvwx"[:n] for n in range(20)),
]  # fmt: skip


async def found(store: GraphStore, text: str, moment: Moment | None = None, **how: object) -> list[str]:
    result = await read_search(store, text, moment or await now(store), **how)  # type: ignore[arg-type]
    return [hit.artifact.urn for hit in result.hits]


@pytest.mark.parametrize(
    ("text", "first", "matched"),
    [
        ("customers", stories.CUSTOMERS_BEFORE, "NAME"),
        ("CUSTOMERS", stories.CUSTOMERS_BEFORE, "NAME"),
        ("cust", stories.CUSTOMERS_BEFORE, "NAME"),
        ("stomer", stories.CUSTOMERS_BEFORE, "NAME"),
        ("custmoers", stories.CUSTOMERS_BEFORE, "NAME"),
        ("costumers crm", None, ""),
        ("customerz", stories.CUSTOMERS_BEFORE, "NAME"),
        ("crm", stories.CUSTOMERS_BEFORE, "NAMESPACE"),
        ("crm customers", stories.CUSTOMERS_BEFORE, "URN"),
        ("customers 2026-10-01", stories.CUSTOMERS, "URN"),
        ("customers 2026-10", stories.CUSTOMERS, "URN"),
        ("every", stories.CUSTOMERS, "DESCRIPTION"),
        ("crm ever", stories.CUSTOMERS, "DESCRIPTION"),
        ("model churn", stories.MODEL_7, "URN"),
        ("churn 7", stories.MODEL_7, "URN"),
        ("30d", stories.TENURE, "NAME"),
        ("tenure_30d", stories.TENURE, "NAME"),
        (stories.WEEK_40, stories.WEEK_40, "URN"),
        (f" {stories.MODEL_6} ", stories.MODEL_6, "URN"),
        ("nothing of the kind", None, ""),
    ],
)
async def test_a_text_finds_what_a_person_means(store: GraphStore, text: str, first: str | None, matched: str) -> None:
    await record(store, stories.churn())

    result = await read_search(store, text, await now(store))

    assert (result.hits[0].artifact.urn if result.hits else None) == first
    assert (result.hits[0].matched if result.hits else "") == matched
    assert not result.completeness.truncated


async def test_words_rank_before_beginnings_parts_and_typos(store: GraphStore) -> None:
    """And the name before the namespace, the rest of the URN and the description; among equals, the newest first."""
    names = ["order", "order-lines", "orders", "reorder", "oder", "lines"]
    await record(store, datasets(*(f"dataset:shop/{name}@1" for name in names)))
    await record(store, datasets("dataset:order/x@1"), datasets("dataset:shop/bag@1", description="Of an order."))
    await record(store, datasets("dataset:shop/order@2"))

    result = await read_search(store, "order", await now(store))

    assert [(hit.artifact.urn, hit.matched, hit.score) for hit in result.hits] == [
        ("dataset:shop/order@2", "NAME", 1.0),
        ("dataset:shop/order@1", "NAME", 1.0),
        ("dataset:shop/order-lines@1", "NAME", 0.95),
        ("dataset:order/x@1", "NAMESPACE", 0.9),
        ("dataset:shop/bag@1", "DESCRIPTION", 0.8),
        ("dataset:shop/orders@1", "NAME", 0.75),
        ("dataset:shop/reorder@1", "NAME", 0.55),
        ("dataset:shop/oder@1", "NAME", 0.35),
    ]


@pytest.mark.parametrize("limit", [1, 2, 6, 7, 8])
async def test_more_says_whether_there_are_more(store: GraphStore, limit: int) -> None:
    """The best are kept."""
    urns = [f"dataset:many/part@{number}" for number in range(7)]
    for urn in urns:
        await record(store, datasets(urn))

    result = await read_search(store, "part", await now(store), limit=limit)

    assert [hit.artifact.urn for hit in result.hits] == urns[::-1][:limit]
    assert result.more == (limit < len(urns))


@pytest.mark.parametrize("text", NASTY)
async def test_no_text_is_taken_for_syntax(store: GraphStore, text: str) -> None:
    """Found is what holds its words, and what holds none of them never is; an answer without words is refused."""
    odd = "dataset:odd/e-b@1"
    await record(store, datasets(odd, "dataset:odd/zzz@1", description="Of the words."))
    if not reference_search.words(text):
        with pytest.raises(InvalidInput, match="no letter"):
            await read_search(store, text, await now(store))
        return

    expected = [urn for urn in (odd, "dataset:odd/zzz@1") if reference_search.best(urn, "Of the words.", text)]

    assert sorted(await found(store, text)) == expected


@pytest.mark.parametrize(
    "text", ["Größe", "GROSSE", "grosse", "gröss", "Ελλάδα", "ελλαδα", "データ", "デー", "naïve", "naive"]
)
async def test_case_and_accents_do_not_count(store: GraphStore, text: str) -> None:
    await record(store, datasets("dataset:words/Größe-Ελλάδα-データ-naïve@1"))

    assert len(await found(store, text)) == 1


@pytest.mark.parametrize("text", ["", " ", "?!", "a" * 1_025])
async def test_what_cannot_be_searched_for_is_refused(store: GraphStore, text: str) -> None:
    with pytest.raises(InvalidInput):
        await read_search(store, text, await now(store))


@pytest.mark.parametrize("limit", [0, -1, 101])
async def test_the_number_of_hits_is_bounded(store: GraphStore, limit: int) -> None:
    with pytest.raises(InvalidInput):
        await read_search(store, "a", await now(store), limit=limit)


async def test_a_superseded_description_is_found_only_as_of_its_time(store: GraphStore) -> None:
    """The newest known counts, at whatever moment is asked about."""
    urn = "dataset:a/table@1"
    first = await record(store, datasets(urn, description="Pears and apples."))
    second = await record(store, datasets(urn, description="Plums."))

    assert await found(store, "apples") == []
    assert await found(store, "plums") == [urn]
    assert await found(store, "apples", await as_of(store, first.position)) == [urn]
    assert await found(store, "plums", await as_of(store, first.position)) == []
    assert await found(store, "plums", await as_of(store, second.position)) == [urn]


async def test_an_erased_description_is_not_found(store: GraphStore) -> None:
    """Even when its words were still in the index: the value beside the log decides."""
    urn = "dataset:a/table@1"
    told = await record(store, datasets(urn, description="Pears and apples."))
    moment = await now(store)

    async def erase(transaction: Transaction) -> None:
        await transaction.put([AnnotationPut(urn, "description", (told.position or 0) + 1, "ab" * 32, "", "")])

    await store.write(erase)

    assert await found(store, "apples", moment) == [urn]
    assert await found(store, "apples", Moment(moment.position + 1, moment.known_at, None, 0)) == []


async def test_what_is_not_on_record_is_not_found(store: GraphStore) -> None:
    """A retracted declaration leaves a stub only where others refer to it; nothing is found before it was named or existed."""
    await record(store, datasets("dataset:a/lonely@1", "dataset:a/needed@1", occurredAt="2026-10-01T00:00:00Z"))
    before = await now(store)
    await record(store, derived("dataset:a/table@1", "dataset:a/needed@1", "dataset:a/stub@1"))
    await record(store, stories.retract("dataset:a/lonely@1"))
    await record(store, stories.retract("dataset:a/needed@1"))

    assert await found(store, "lonely") == []
    assert await found(store, "lonely", before) == ["dataset:a/lonely@1"]
    assert await found(store, "needed") == ["dataset:a/needed@1"]
    assert await found(store, "stub") == ["dataset:a/stub@1"]
    assert await found(store, "stub", before) == []
    assert await found(store, "lonely", before.at(stories.at("2026-09-30T00:00:00Z"))) == []


async def test_versions_that_are_gone_do_not_hide_those_behind_them(store: GraphStore) -> None:
    """However many of the newest were retracted."""
    urns = [f"dataset:a/table@{number}" for number in range(12)]
    await record(store, datasets(*urns))
    for urn in urns[1:]:
        await record(store, stories.retract(urn))

    assert await found(store, "table", limit=1) == [urns[0]]


async def test_an_older_version_that_fits_better_comes_first(store: GraphStore) -> None:
    """However many newer ones fit a little."""
    await record(store, datasets(*(f"dataset:a/table@{number}" for number in [4, *range(40, 50), *range(400, 450)])))

    assert (await found(store, "table 4", limit=3))[:2] == ["dataset:a/table@4", "dataset:a/table@449"]


async def test_kinds_narrow_it_down(store: GraphStore) -> None:
    await record(store, stories.churn())

    assert await found(store, "churn", kinds=["model"]) == [stories.MODEL_7, stories.MODEL_6]
    assert set(await found(store, "churn", kinds=["model", "feature"])) == {
        stories.MODEL_7,
        stories.MODEL_6,
        stories.TENURE,
    }


async def test_a_text_that_fits_too_many_names_says_so(store: GraphStore) -> None:
    """The newest names are looked at, on every engine the same."""
    many = [f"dataset:many/name{'x' * (number % 3)}{number:03}@1" for number in range(search_index.MOST_SERIES + 1)]
    await record(store, datasets(*many[:-1]))
    assert not (await read_search(store, "nam", await now(store))).completeness.truncated
    await record(store, datasets(many[-1]))

    result = await read_search(store, "nam", await now(store), limit=3)

    assert (result.completeness.truncated, result.completeness.complete, result.more) == (True, False, True)
    assert await found(store, "namexx017 dataset many", limit=1) == [many[17]]


@pytest.mark.parametrize("text", ["dataset:a/table@1", "dataset:a/table", " dataset:a/table "])
async def test_what_a_text_is_the_urn_of_is_found_alone(store: GraphStore, text: str) -> None:
    """Nobody who pastes a URN looks for what has its words, too; where it is the URN of nothing, words count."""
    await record(store, datasets("dataset:a/table@1", "dataset:a/table@11", "dataset:a/table-a@1", "dataset:table/a@1"))
    wanted = ["dataset:a/table@1"] if "@" in text else ["dataset:a/table@11", "dataset:a/table@1"]

    result = await read_search(store, text, await now(store))

    assert [(hit.artifact.urn, hit.matched, hit.score) for hit in result.hits] == [(urn, "URN", 1.0) for urn in wanted]
    assert (result.more, result.completeness.complete) == (False, True)
    assert await found(store, text, limit=1) == wanted[:1]
    assert await found(store, text, kinds=["model"]) == []
    await record(store, stories.retract("dataset:a/table@1"), stories.retract("dataset:a/table@11"))
    assert set(await found(store, text)) == {"dataset:a/table-a@1", "dataset:table/a@1"}


async def test_a_whole_name_is_found_among_very_many_that_hold_it(store: GraphStore) -> None:
    """An answer that is full of it is complete, however many other names could not be looked at."""
    versions = [f"dataset:shop/ta_ble@{number}" for number in range(3)]
    others = [f"dataset:s/ta_ble{number:03}@1" for number in range(search_index.MOST_SERIES)]
    await record(store, datasets(*versions, "dataset:shop/tab_le@1", *others, "dataset:s/ta_ble_e@1"))

    full = await read_search(store, "ta ble", await now(store), limit=2)
    rest = await read_search(store, "ta ble", await now(store), limit=5)

    assert [hit.artifact.urn for hit in full.hits] == versions[:0:-1]
    assert [(hit.artifact.urn, hit.score) for hit in rest.hits[:4]] == [
        *((urn, 1.0) for urn in versions[::-1]),
        ("dataset:s/ta_ble_e@1", 0.95),
    ]
    assert [(one.more, one.completeness.truncated) for one in (full, rest)] == [(True, False), (True, True)]


async def test_of_too_many_the_newest_are_looked_at(store: GraphStore, monkeypatch: pytest.MonkeyPatch) -> None:
    """As of any position, of any kinds; of descriptions as of names. The spans are shorter here, and fewer are too many."""
    monkeypatch.setattr(search_ages, "LENGTHS", range(1, 8, 2))
    monkeypatch.setattr(search_index, "MOST_SERIES", most := 4)
    monkeypatch.setattr(search_index, "MOST_DESCRIPTIONS", most)
    told = [
        await record(store, {f"{kind}s": [{"urn": f"{kind}:a/part_{number}@1", "description": "Pears."}]})
        for number, kind in enumerate(["dataset", "model", "model"] * 10)
    ]
    of_kind = {"dataset": list(range(0, 30, 3)), "model": [number for number in range(30) if number % 3]}
    for kinds in (["dataset"], ["model"], sorted(kind.name for kind in KINDS)):
        numbers = sorted(number for kind in kinds for number in of_kind.get(kind, ()))
        for last in (2, 5, 11, 29):
            known = [number for number in numbers if number <= last][::-1]
            sought = search_index.Sought(kinds, told[last].position or 0)

            series, more_series = await search_index.fitting_series(store, "wpart", sought)
            described, more_described = await search_index.fitting_descriptions(store, "wpears", sought)

            assert sorted(re.findall(r"part_(\d+)", " ".join(series))) == sorted(map(str, known[:most]))
            assert [int(urn.split("part_")[1][:-2]) for urn in described] == known[:most]
            assert more_series is more_described is (len(known) > most)


async def test_names_of_few_letters_are_found_as_by_looking_at_each(store: GraphStore) -> None:
    """Words of letters alone and words with digits, in parts and with typos: each kind is looked for in its own way."""
    random = Random(7)

    def some_word(longest: int) -> str:
        return "".join(random.choices("abc1", (8, 8, 2, 1), k=random.randint(1, longest)))

    urns = {f"dataset:{some_word(5)}/{some_word(7)}_{some_word(7)}@{random.randint(1, 3)}" for _ in range(80)}
    await record(store, datasets(*sorted(urns)))
    moment = await now(store)
    for _ in range(40):
        text = " ".join(some_word(7) for _ in range(random.randint(1, 2)))
        best = {urn: reference_search.best(urn, "", text) for urn in urns}
        expected = {urn: (hit.matched, hit.score) for urn, hit in best.items() if hit is not None}

        result = await read_search(store, text, moment, limit=100)

        found = {hit.artifact.urn: (hit.matched, hit.score) for hit in result.hits}
        assert (len(found), result.more) == (min(len(expected), 100), len(expected) > 100), text
        assert found.items() <= expected.items(), text


async def test_a_part_of_very_many_words_is_found_in_all_of_them(store: GraphStore) -> None:
    """More than are looked for one by one."""
    words = [f"{one}zebra{other}" for one in "abcdefg" for other in "abcdefg"]
    await record(store, datasets(*(f"dataset:zoo/{word}@1" for word in words)))

    result = await read_search(store, "zebra", await now(store), limit=100)

    assert len(result.hits) == len(words) > MOST_WORDS_HOLDING
    assert not result.completeness.truncated


async def test_a_term_that_may_mean_too_many_words_says_so(store: GraphStore) -> None:
    """Some hundred words that are one typo away are asked for together; several terms share what may be asked for."""
    letters = "abcdefghijklmnopqrstuvwxyz"
    replaced = {f"zoo{'abcd'[:at]}{one}{'abcd'[at + 1 :]}" for at in range(4) for one in letters}
    put_in = {f"zoo{'abcd'[:at]}{one}{'abcd'[at:]}" for at in range(1, 4) for one in letters}
    await record(store, datasets(*(f"dataset:x/{word}@1" for word in replaced | put_in)))

    alone = await read_search(store, "zooabcd", await now(store))
    beside = await read_search(store, "zooabcd dataset", await now(store))

    assert (alone.more, alone.completeness.truncated) == (True, False)
    assert (beside.more, beside.completeness.truncated) == (True, True)


async def test_the_index_is_asked_and_not_every_name(engine: Engine, store: GraphStore) -> None:
    questions: list[Question[Any, Any]] = [
        search_index.SEARCH_FEW,
        search_index.SEARCH,
        search_index.SEARCH_DESCRIPTIONS_FEW,
        search_index.SEARCH_DESCRIPTIONS,
        lineage.SEARCH_VERSIONS,
        search_meanings.NAME_WORDS,
    ]
    for question in questions:
        plan = await store.explain(question)

        scans = ("SCAN artifact", "SCAN entry", "SCAN name_key", "SCAN known", "AllNodesScan", "NodeByLabelScan")
        assert [each for each in (*scans, "NodeIndexScan") if each in plan] == []
