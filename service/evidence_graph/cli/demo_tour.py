"""`evidence demo`: what was live, the chain behind one KPI window, the same as known earlier, what verdicts say; then it serves them."""

import asyncio
import tempfile
from collections.abc import Set
from datetime import datetime, timedelta
from pathlib import Path

import msgspec
import orjson
from rich.text import Text

from evidence_graph.app import open_service
from evidence_graph.cli import demo_chapters
from evidence_graph.cli.answers import Artifact, Chain, Live
from evidence_graph.cli.chain_tree import show_chain
from evidence_graph.cli.connection import Asked, answer
from evidence_graph.cli.failures import Failed
from evidence_graph.cli.listings import show_live
from evidence_graph.cli.terminal import say, shown
from evidence_graph.cli.web_server import bound_socket, serve_until_ended
from evidence_graph.cli.words import counted, instant, key_facts
from evidence_graph.demo import DemoRecord, load_demo
from evidence_graph.record.json_values import JsonObject
from evidence_graph.settings import Settings

TWO_WEEKS = timedelta(days=14)


def run_demo(host: str | None, port: int | None, *, once: bool) -> None:
    """From a new temporary folder to its removal. Raises Failed, RecordDamaged."""
    with tempfile.TemporaryDirectory(prefix="evidence-demo-") as folder:
        record = asyncio.run(_load_and_show(Path(folder)))
        if not once:
            _serve(record, host, port)


async def _load_and_show(folder: Path) -> DemoRecord:
    record = await load_demo(folder)
    await _show(record, _settings_of(record))
    return record


def _settings_of(record: DemoRecord) -> Settings:
    """The demo's own store and key, whatever the environment says."""
    return Settings(store=f"sqlite:///{record.database}", signing_key=record.key, url=None, log_level="WARNING")


async def _show(record: DemoRecord, settings: Settings) -> None:
    """Each answer with a sentence before it."""
    story = [*record.plan.story.strip().splitlines(), "", "", "", "", ""]
    _say_what_was_done(record, story[0])
    async with open_service(settings) as service:
        await _show_live(service, record, story[1])
        later = await _show_known(service, record, story[2])
        await _show_known_earlier(service, record, story[3], later)
        await _show_chapters(service, record, story[4])


def _say_what_was_done(record: DemoRecord, story: str) -> None:
    header = record.header
    say(shown(story))
    say(
        f"Loaded {header.size:,} entries into a new store, and checked each: together they have the root {header.root[:16]}… "
        "that their log was closed with. The log goes on under a key made just now, and its head is signed with it: "
        f"{shown(record.key)}"
    )


def _title(title: str, story: str, command: str) -> None:
    say()
    say(Text(title, "bold"))
    if story:
        say(shown(story))
    say(Text(f"$ evidence ask {command}", "dim"))
    say()


async def _show_live(service: Asked, record: DemoRecord, story: str) -> None:
    at = record.plan.live_at
    _title(f"What was live on {instant(at)}", story, f"live --valid-at {at}")
    show_live(msgspec.convert(await answer(service, "live", {"validAt": at}, "live"), Live))


async def _show_known(service: Asked, record: DemoRecord, story: str) -> Chain:
    at = _known_later(record)
    _title(
        f"The evidence behind one week's KPI, as known on {instant(at)}",
        story,
        f"chain '{record.plan.window}' --known-at {at}",
    )
    chain = await _chain(service, record, at)
    show_chain(chain, upstream=True)
    return chain


async def _show_known_earlier(service: Asked, record: DemoRecord, story: str, later: Chain) -> None:
    at = record.plan.known_earlier
    _title(
        f"The same evidence, as known two weeks earlier, on {instant(at)}",
        story,
        f"chain '{record.plan.window}' --known-at {at}",
    )
    try:
        earlier = await _chain(service, record, at)
    except Failed as failed:
        say(f"There was none yet: {shown(failed.message)}")
        return
    show_chain(earlier, upstream=True)
    say()
    for line in differences(earlier, later):
        say(line)


async def _show_chapters(service: Asked, record: DemoRecord, story: str) -> None:
    chapters = record.plan.chapters
    if not chapters:
        return
    _title("Is it worse, or does it only wobble?", story, demo_chapters.command(chapters[-1]))
    demo_chapters.show_rows(await demo_chapters.read_rows(service, chapters))


def _known_later(record: DemoRecord) -> str:
    later = datetime.fromisoformat(record.plan.known_earlier) + TWO_WEEKS
    return later.isoformat().replace("+00:00", "Z")


async def _chain(service: Asked, record: DemoRecord, known_at: str) -> Chain:
    variables: JsonObject = {"of": [record.plan.window], "knownAt": known_at}
    return msgspec.convert(await answer(service, "chain", variables, "chain"), Chain)


def differences(earlier: Chain, later: Chain) -> list[str]:
    """In words: what the earlier knowledge lacked, what it held that was taken back since, and what it saw otherwise."""
    before = {one.urn: one for one in earlier.artifacts}
    after = {one.urn: one for one in later.artifacts}
    lines = _listed("was not in it yet", "were not in it yet", after.keys() - before.keys())
    lines += _listed("was in it and is no more", "were in it and are no more", before.keys() - after.keys())
    pairs = [(before[urn], after[urn]) for urn in sorted(before.keys() & after.keys())]
    told = {now.urn for then, now in pairs if now.declared and not then.declared}
    lines += _listed("had only been referred to", "had only been referred to", told)
    anew = {_changed(then, now) for then, now in pairs if then.declared and _looks(then) != _looks(now)}
    lines += _listed("looked otherwise", "looked otherwise", anew)
    known, known_since = set(_relations(earlier)), set(_relations(later))
    lines += _listed("had not been stated", "had not been stated", known_since - known, "relation")
    lines += _listed(
        "was believed then and taken back since",
        "were believed then and taken back since",
        known - known_since,
        "relation",
    )
    return ["What differs:", *lines] if lines else ["Nothing differs."]


def _looks(artifact: Artifact) -> list[str]:
    facts = key_facts(artifact)
    return [*([facts] if facts else []), f"recorded {instant(artifact.recorded_at)}"]


def _changed(then: Artifact, now: Artifact) -> str:
    old, new = ("; ".join(_looks(one)) for one in (then, now))
    return f"{then.urn}: {old}, and since: {new}"


def _relations(chain: Chain) -> list[str]:
    return [f"{step.source} {step.relation} {step.target}" for step in chain.steps]


def _listed(one: str, many: str, found: Set[str], noun: str = "artifact") -> list[str]:
    if not found:
        return []
    head = f"- {counted(len(found), noun)} {one if len(found) == 1 else many}:"
    return [head, *(f"    {shown(name)}" for name in sorted(found))]


def _serve(record: DemoRecord, host: str | None, port: int | None) -> None:
    settings = _settings_of(record)
    at = host or settings.host
    try:
        bound = bound_socket(at, settings.port if port is None else port)
    except Failed:
        if port is not None:
            raise
        bound = bound_socket(at, 0)  # the usual port is taken: any will do
    with bound:
        serve_until_ended(settings, bound, lambda address: _invite(record.plan.window, address))


def _invite(window: str, address: str) -> None:
    """Where GraphQL is, and what to ask it."""
    query = f'{{ chain(of: ["{window}"]) {{ artifacts {{ urn kind recordedAt }} steps {{ relation from to }} }} }}'
    body = orjson.dumps({"query": query}).decode()
    say()
    say(f"GraphQL is at {address}/graphql. A query to paste:")
    say()
    say(f"  {query}")
    say()
    say("The same from a shell, and the same for people:")
    say()
    say(f"  curl -s {address}/graphql -H 'Content-Type: application/json' -d '{body}'")
    say(f"  EVIDENCE_URL={address} evidence ask chain '{window}'")
    say()
    say("Ctrl-C ends, and removes everything.")
