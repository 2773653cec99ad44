"""The late correction: two models turn out to rest on one more input than was told."""

from collections.abc import Mapping

from examples.flights.data import Folder, World
from examples.flights.evidence import dataset_urn
from examples.flights.models import Trained, sets
from examples.flights.months import register
from examples.flights.plot import CORRECTED_AT, SCIENTIST
from examples.flights.telling import Retraction, Telling, manifest

REASON = (
    "The scheduled arrival is local time, so the values of scheduled_block rest on the time zones in the register of airports; "
    "this set was declared without it. Same bytes, one more input."
)


def tell_correction(trained: Mapping[str, Trained], world: World, folder: Folder) -> Telling:
    """The review of July: what was declared without the register of airports is retracted and declared anew."""
    before = [one for one in trained.values() if one.plan.trained_at < CORRECTED_AT]
    airports = register("airports", "The register of airports: place and time zone.", "2013-01", world, folder)
    again = [item for one in before for item in sets(one, CORRECTED_AT)]
    retractions = tuple(
        Retraction(dataset_urn(name, one.plan.version), REASON) for one in before for name in ("training", "holdout")
    )
    return Telling(
        CORRECTED_AT, "correction of training sets", manifest(datasets=[airports, *again]), SCIENTIST, retractions
    )
