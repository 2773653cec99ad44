"""`python -m examples.flights [--out FOLDER] [--ship]`: run the story on the real flights, write its files and manifests, and record it."""

import argparse
import asyncio
import shutil
import time
from collections.abc import Mapping
from pathlib import Path

import yaml

import evidence_graph
from examples.flights.data import Folder
from examples.flights.new_york import written
from examples.flights.recording import record
from examples.flights.story import tell
from examples.flights.telling import Telling, named

DATABASE, LOG = "evidence.db", "flights.jsonl.gz"
SHIPPED = Path(evidence_graph.__file__).parent / "demo_data" / LOG


class Plain(yaml.CSafeDumper):
    """Writes a list that occurs twice twice, as people would."""

    def ignore_aliases(self, data: object) -> bool:
        return True


def main() -> None:
    """Run, saying what is done and how long it took."""
    options = read_options()
    started = time.monotonic()

    def say(done: str) -> None:
        print(f"{time.monotonic() - started:5.1f} s  {done}", flush=True)

    told = named(tell(Folder(options.out), say))
    write_manifests(told, options.out / "manifests")
    items = sum(len(telling.items) for telling in told.values())
    say(f"{len(told)} manifests with {items} items in {options.out / 'manifests'}")
    log = options.out / LOG
    header = asyncio.run(record(told, options.out / DATABASE, log))
    say(
        f"{header.size} entries recorded in {options.out / DATABASE}; their log, {log.stat().st_size:,} bytes, in {log}"
    )
    if options.ship:
        ship(log)
        say(f"the log is the demo's data now: {SHIPPED}")


def read_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m examples.flights", description=__doc__)
    parser.add_argument(
        "--out",
        type=Path,
        default=Path("build/flights"),
        help="folder for data, models, manifests and the record, which is made anew",
    )
    parser.add_argument("--ship", action="store_true", help="make the log the data of `evidence demo`")
    return parser.parse_args()


def write_manifests(told: Mapping[str, Telling], folder: Path) -> None:
    """One YAML file a telling, with when and by whom it was told."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, telling in told.items():
        (folder / f"{name}.yaml").write_text(as_yaml(telling), encoding="utf-8")


def as_yaml(telling: Telling) -> str:
    """The manifest under a comment that says when it is told, by whom, and what is retracted before."""
    head = [f"# Told at {written(telling.recorded_at)} by {telling.actor}: {telling.about}."]
    head += [f"# Retracted before: {retraction.urn}. {retraction.reason}" for retraction in telling.retractions]
    body = yaml.dump(telling.manifest, Dumper=Plain, sort_keys=False, allow_unicode=True, width=120)
    return "\n".join([*head, body])


def ship(log: Path) -> None:
    """Put the log where the package keeps the demo's data."""
    SHIPPED.parent.mkdir(exist_ok=True)
    shutil.copyfile(log, SHIPPED)


if __name__ == "__main__":
    main()
