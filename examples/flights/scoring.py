"""Scoring: the numbers of one KPI over some flights, as sufficient statistics."""

import pandas as pd

WARN_AT = 0.3  # a warning is given from this probability on
BRIER, HIT_RATE = "flights/brier", "flights/hit-rate"
AIRPORTS = ("EWR", "JFK", "LGA")

Statistics = dict[str, int | float]


def statistics(scored: pd.DataFrame) -> dict[str, Statistics]:
    """Both KPIs over flights with a known outcome: columns `late` and `probability`."""
    return {BRIER: brier(scored), HIT_RATE: hit_rate(scored)}


def brier(scored: pd.DataFrame) -> Statistics:
    """Mean squared distance of the probability from what happened, and its sample variance."""
    losses = (scored["probability"] - scored["late"]) ** 2
    return {"n": len(losses), "mean": float(losses.mean()), "variance": float(losses.var())}


def hit_rate(scored: pd.DataFrame) -> Statistics:
    """Of the flights that came late, how many had been warned of."""
    late = scored[scored["late"]]
    return {"n": len(late), "successes": int((late["probability"] >= WARN_AT).sum())}


def by_segment(scored: pd.DataFrame) -> dict[str | None, pd.DataFrame]:
    """The flights in total (None) and per airport of departure."""
    return {None: scored, **{airport: scored[scored["origin"] == airport] for airport in AIRPORTS}}
