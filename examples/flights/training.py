"""Training: which flights a model may learn from, how it is fitted, and what its file is.

Logistic regression solved to its one optimum in a single thread, so that every machine gets the same probabilities to far better than
a millionth; a boosted forest would gain a few thousandths of Brier score and may split elsewhere on another processor.
"""

import io
from types import ModuleType

import joblib
import numpy as np
import pandas as pd
from sklearn.compose import make_column_selector, make_column_transformer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler
from threadpoolctl import threadpool_limits

from examples.flights import features
from examples.flights.data import KEY, References, between
from examples.flights.new_york import Interval

PARAMETERS = {"C": 1.0, "solver": "newton-cholesky", "tol": 1e-9, "max_iter": 50}
RAREST = 200  # flights; rarer categories share one column
DIGITS = 6  # of a probability, as written to the prediction log and as judged


class Examples:
    """Flights that departed, their features and outcomes: what a training or held-out set holds."""

    def __init__(
        self, flights: pd.DataFrame, interval: Interval, definitions: tuple[ModuleType, ...], references: References
    ) -> None:
        self.flights = between(flights, interval)
        values = features.values_of(definitions, self.flights, references)
        departed = self.flights["departed"]
        self.flights, self.values = self.flights[departed], values[departed]

    @property
    def late(self) -> pd.Series:
        """What is to be foretold."""
        return self.flights["late"]

    def table(self) -> pd.DataFrame:
        """The set as it is written to its file."""
        values = self.values.drop(columns=[name for name in self.values if name in KEY])
        return pd.concat([self.flights[KEY], values, self.late.astype(int)], axis="columns")


def fit(examples: Examples) -> Pipeline:
    """The fitted model."""
    columns = make_column_transformer(
        (
            OneHotEncoder(min_frequency=RAREST, handle_unknown="infrequent_if_exist", sparse_output=False),
            make_column_selector(dtype_exclude="number"),
        ),
        (StandardScaler(), make_column_selector(dtype_include="number")),
    )
    model = make_pipeline(columns, LogisticRegression(**PARAMETERS))
    with threadpool_limits(1):
        return model.fit(examples.values, examples.late)


def serialized(model: Pipeline) -> bytes:
    """The bytes of the model's file."""
    buffer = io.BytesIO()
    joblib.dump(model, buffer)
    return buffer.getvalue()


def probabilities(model: Pipeline, values: pd.DataFrame) -> np.ndarray:
    """For each flight, the probability of arriving late, to the digits that are written down."""
    with threadpool_limits(1):
        return np.asarray(model.predict_proba(values)[:, 1]).round(DIGITS)
