"""The fence around scikit-uplift: its learners as yardsticks, per offer against the control group.

Only numpy arrays pass (a pandas index that differs changes its results in silence), its curves and metrics stay
outside (ties change them; its plots draw in matplotlib), and ClassTransformation runs only where it is right.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from engine.job import JobContext
from engine.uplift.outcome import outcome_trees
from engine.uplift.trial import FloatArray, IntArray, Trial

NEAR_HALF = 0.03


@dataclass(frozen=True)
class Yardstick:
    """A known learner's out-of-fold uplifts (customers, offers), or the reason why it was not used."""

    name: str
    predictions: FloatArray | None
    refused: str = ""


def run_yardsticks(
    codes: FloatArray, categorical: list[int], trial: Trial, fold: IntArray, seed: int, context: JobContext
) -> tuple[Yardstick, ...]:
    """Return SoloModel, TwoModels and ClassTransformation with predictions for customers they were not fitted on."""
    from sklift.models import ClassTransformation, SoloModel, TwoModels

    def trees() -> Any:
        return outcome_trees(categorical, seed, leaf=50)

    makers: tuple[tuple[str, Callable[[], Any]], ...] = (
        ("SoloModel", lambda: SoloModel(trees())),
        ("TwoModels", lambda: TwoModels(trees(), trees())),
        ("ClassTransformation", lambda: ClassTransformation(trees())),
    )
    found = []
    for place, (name, make) in enumerate(makers):
        part = context.part(place / len(makers), (place + 1) / len(makers))
        reason = _not_half(trial) if name == "ClassTransformation" else ""
        predictions = None if reason else _out_of_fold(make, codes, trial, fold, part)
        found.append(Yardstick(name, predictions, reason))
    return tuple(found)


def _not_half(trial: Trial) -> str:
    """Return why ClassTransformation would be wrong here; empty if it is right."""
    counts = np.bincount(trial.arm)
    for offer, asked in zip(trial.offers, counts[1:], strict=True):
        share = asked / (asked + counts[0])
        if abs(share - 0.5) > NEAR_HALF:
            return f"It needs as many customers with an offer as without; {offer} was given to {share:.0%} of the two."
    return ""


def _out_of_fold(
    make: Callable[[], Any], codes: FloatArray, trial: Trial, fold: IntArray, context: JobContext
) -> FloatArray:
    """Fit one learner per offer and fold, on that offer's customers and the control group."""
    predictions = np.zeros((len(codes), len(trial.offers)))
    folds = int(fold.max()) + 1
    for j in range(len(trial.offers)):
        for k in range(folds):
            context.progress((j * folds + k) / (len(trial.offers) * folds), f"Comparing learners on {trial.offers[j]}")
            rows = (fold != k) & np.isin(trial.arm, (0, j + 1))
            treated = (trial.arm[rows] == j + 1).astype(np.int64)
            learner = make().fit(codes[rows], trial.outcome[rows].astype(np.int64), treated)
            predictions[fold == k, j] = learner.predict(codes[fold == k])
    return predictions
