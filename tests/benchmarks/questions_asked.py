"""Every question as the benchmarks ask it of the shop: through its read function, with the moment read each time as the API does."""

from collections.abc import Awaitable, Callable, Sized
from dataclasses import dataclass
from typing import Any

from evidence_graph.lineage.artifact import read_artifact, read_artifacts, read_series
from evidence_graph.lineage.chain import DOWNSTREAM, read_chain
from evidence_graph.lineage.compare import read_comparison
from evidence_graph.lineage.compare_kpi import Asked
from evidence_graph.lineage.deployments import read_deployments
from evidence_graph.lineage.diff import Point, read_diff
from evidence_graph.lineage.exposure import read_exposure
from evidence_graph.lineage.live import read_live
from evidence_graph.lineage.moment import Moment, read_moment
from evidence_graph.lineage.path import read_path
from evidence_graph.lineage.search import read_search
from evidence_graph.lineage.timeline import VALID, read_timeline
from evidence_graph.lineage.timeline_scope import scope_of
from evidence_graph.record.urn import parse_urn
from evidence_graph.store.graph_store import GraphStore
from tests.benchmarks import shop
from tests.benchmarks.measuring import Timed

LAST = shop.WEEKS - 1
BAD = shop.orders(shop.DAYS // 2)
MODEL = f"model:shop/ranker@{LAST}"


@dataclass(frozen=True)
class Question:
    """A question with its arguments; `size` counts what the answer holds, `limit` says what its cost may grow by."""

    name: str
    read: Callable[[GraphStore, Moment], Awaitable[Any]]
    size: Callable[[Any], int]
    limit: str = "≤ 1.5"

    def asked(self, store: GraphStore, valid_at: int | None = None, known_at: int | None = None) -> Timed:
        """It, asked as of two clocks; gives the answer's size."""

        async def ask() -> int:
            moment = await read_moment(store, valid_at, known_at)
            return self.size(await self.read(store, moment))

        return ask


def _page(answer: tuple[Sized, bool]) -> int:
    return len(answer[0])


QUESTIONS = (
    Question("chain, upstream", lambda s, m: read_chain(s, [shop.last_window(LAST)], m), lambda a: len(a.artifacts)),
    Question("chain, downstream", lambda s, m: read_chain(s, [BAD], m, walk=DOWNSTREAM), lambda a: len(a.artifacts)),
    Question("live, a slot", lambda s, m: read_live(s, m.at(shop.NOW), slot=shop.SLOT), lambda a: len(a.deployments)),
    Question(
        "live, a namespace", lambda s, m: read_live(s, m.at(shop.NOW), namespace="shop"), lambda a: len(a.deployments)
    ),
    Question("deployments, a slot", lambda s, m: read_deployments(s, m, slot=shop.SLOT), _page),
    Question(
        "deployments, a namespace",
        lambda s, m: read_deployments(s, m, namespace="shop", start=shop.day(shop.DAYS), end=shop.NOW),
        _page,
    ),
    Question("exposure", lambda s, m: read_exposure(s, [parse_urn(BAD)], m.at(shop.NOW)), lambda a: a.totals.artifacts),
    Question("path", lambda s, m: read_path(s, shop.last_window(LAST), shop.orders(0), m), lambda a: len(a.steps)),
    Question(
        "diff",
        lambda s, m: read_diff(s, Point(shop.last_window(LAST - 1), m), Point(shop.last_window(LAST), m)),
        lambda a: len(a.changes),
    ),
    Question(
        "compare",
        lambda s, m: read_comparison(
            s, shop.roll_out(LAST - 1), shop.roll_out(LAST), m, asked=Asked(shop.KPI, "", shop.NOW)
        ),
        lambda a: len(a.shared) + len(a.only_left) + len(a.only_right) + len(a.kpi.windows),
    ),
    Question(
        "timeline, a slot", lambda s, m: read_timeline(s, scope_of(shop.SLOT), m, limit=40), lambda a: len(a.events)
    ),
    Question(
        "timeline, a slot, valid time",
        lambda s, m: read_timeline(s, scope_of(shop.SLOT), m, order=VALID, limit=40),
        lambda a: len(a.events),
    ),
    Question(
        "timeline, a namespace", lambda s, m: read_timeline(s, scope_of("shop/*"), m, limit=40), lambda a: len(a.events)
    ),
    Question("search, a URN", lambda s, m: read_search(s, MODEL, m), lambda a: len(a.hits)),
    Question("search, a whole name", lambda s, m: read_search(s, "orders", m), lambda a: len(a.hits)),
    Question("search, words of names", lambda s, m: read_search(s, "value basket", m), lambda a: len(a.hits)),
    Question("search, beginnings", lambda s, m: read_search(s, "bask valu", m), lambda a: len(a.hits)),
    Question("search, a typo", lambda s, m: read_search(s, "baskte value", m), lambda a: len(a.hits)),
    Question("search, descriptions", lambda s, m: read_search(s, "basket euro", m), lambda a: len(a.hits)),
    Question(
        "search, a word of many names",
        lambda s, m: read_search(s, "shop", m),
        lambda a: len(a.hits),
        "–",  # in a small graph fewer names hold the word than search looks at
    ),
    Question("artifact", lambda s, m: read_artifact(s, MODEL, m), lambda a: int(a is not None)),
    Question("artifacts, a page", lambda s, m: read_artifacts(s, m, kind="dataset", namespace="shop"), _page),
    Question("series", lambda s, m: read_series(s, "dataset:shop/orders", m), len),
)
