"""The whole story in the order it was told."""

from collections.abc import Callable

from examples.flights.correction import tell_correction
from examples.flights.data import Folder, load
from examples.flights.kpis import tell_versions
from examples.flights.models import tell_features, tell_follow_ups, tell_roll_outs, tell_training, train
from examples.flights.months import tell_months
from examples.flights.plot import PLANS
from examples.flights.telling import Telling
from examples.flights.weeks import score_weeks, tell_reconciliations, tell_weeks


def tell(folder: Folder, say: Callable[[str], None]) -> list[Telling]:
    """Train, score and count; the tellings by time. Files go to `folder`, progress to `say`."""
    world = load()
    say(f"{len(world.flights):,} flights of 2013")
    told = [*tell_months(world, folder), *tell_features(folder)]
    say("schedule, flights, weather and labels of twelve months")
    trained = {}
    for plan in PLANS:
        trained[plan.version] = train(plan, world, folder)
        say(
            f"model {plan.version}, the {plan.what}, trained on {trained[plan.version].files['training'].rows:,} flights"
        )
    stretches = score_weeks(world, trained)
    say(f"{sum(len(stretch.flights) for stretch in stretches):,} predictions")
    told += [
        *tell_training(trained),
        *tell_roll_outs(),
        *tell_versions(),
        *tell_follow_ups(trained, world),
        tell_correction(trained, world, folder),
    ]
    told += [*tell_weeks(stretches, world, folder), *tell_reconciliations(stretches)]
    say("KPI windows counted")
    return sorted(told, key=lambda telling: telling.recorded_at)
