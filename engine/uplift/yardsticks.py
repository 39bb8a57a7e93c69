"""The fence around scikit-uplift: its learners, per offer against the control group.

Only numpy arrays pass (a pandas index that differs changes its results in silence), its curves and metrics stay
outside (ties change them; its plots draw in matplotlib), and ClassTransformation runs only where it is right.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from engine.columns import NO_OFFER
from engine.job import JobContext
from engine.uplift.outcome import draw_rows, outcome_trees, predict_in_chunks
from engine.uplift.trial import FEWEST_ANSWERS, BoolArray, FloatArray, IntArray, Trial

NEAR_HALF = 0.03


@dataclass(frozen=True)
class Yardstick:
    """A known learner's out-of-fold uplifts (customers, offers), or the reason why it was not used."""

    name: str
    predictions: FloatArray | None
    refused: str = ""


@dataclass(frozen=True)
class SoloModels:
    """A fitted SoloModel per offer."""

    models: tuple[Any, ...]

    def predict(self, codes: FloatArray, context: JobContext) -> FloatArray:
        """Return (rows, offers) uplifts."""
        return np.column_stack([predict_in_chunks(model.predict, codes, context) for model in self.models])


def fit_solo_models(
    codes: FloatArray, categorical: list[int], trial: Trial, inside: BoolArray, seed: int, context: JobContext
) -> SoloModels:
    """Fit a SoloModel per offer on the customers ``inside``."""
    from sklift.models import SoloModel

    models = []
    for j, offer in enumerate(trial.offers):
        context.progress(j / len(trial.offers), f"Learning who is won by {offer}")
        models.append(_fit(SoloModel(outcome_trees(categorical, seed, context)), codes, trial, j, inside, seed))
    return SoloModels(tuple(models))


def run_yardsticks(
    codes: FloatArray, categorical: list[int], trial: Trial, fold: IntArray, seed: int, context: JobContext
) -> tuple[Yardstick, ...]:
    """Return TwoModels and ClassTransformation with predictions for customers they were not fitted on."""
    from sklift.models import ClassTransformation, TwoModels

    def trees() -> Any:
        return outcome_trees(categorical, seed, context)

    plans: tuple[tuple[str, Callable[[], Any], str], ...] = (
        ("TwoModels", lambda: TwoModels(trees(), trees()), _too_few_answers(trial)),
        ("ClassTransformation", lambda: ClassTransformation(trees()), _not_half(trial)),
    )
    found = []
    for place, (name, make, refused) in enumerate(plans):
        part = context.part(place / 2, (place + 1) / 2)
        predictions = None if refused else _out_of_fold(make, codes, trial, fold, seed, part)
        found.append(Yardstick(name, predictions, refused))
    return tuple(found)


def _too_few_answers(trial: Trial) -> str:
    """Return why TwoModels, which learns from each arm by itself, cannot; empty if it can."""
    for j, offer in enumerate((NO_OFFER, *trial.offers)):
        yes = int(trial.outcome[trial.arm == j].sum())
        fewest = min(yes, int((trial.arm == j).sum()) - yes)
        if fewest < FEWEST_ANSWERS:
            return (
                f'It needs {FEWEST_ANSWERS} customers of each answer in every arm; with "{offer}" there are {fewest}.'
            )
    return ""


def _not_half(trial: Trial) -> str:
    """Return why ClassTransformation would be wrong here; empty if it is right."""
    counts = np.bincount(trial.arm)
    for offer, asked in zip(trial.offers, counts[1:], strict=True):
        share = asked / (asked + counts[0])
        if abs(share - 0.5) > NEAR_HALF:
            return f"It needs as many customers with an offer as without; {offer} was given to {share:.0%} of the two."
    return ""


def _out_of_fold(
    make: Callable[[], Any], codes: FloatArray, trial: Trial, fold: IntArray, seed: int, context: JobContext
) -> FloatArray:
    """Fit one learner per offer and fold, and predict the fold left out."""
    folds, offers = int(fold.max()) + 1, len(trial.offers)
    predictions = np.zeros((len(codes), offers))
    for j in range(offers):
        for k in range(folds):
            context.progress((j * folds + k) / (offers * folds), f"Comparing learners on {trial.offers[j]}")
            learner = _fit(make(), codes, trial, j, fold != k, seed)
            predictions[fold == k, j] = predict_in_chunks(learner.predict, codes[fold == k], context)
    return predictions


def _fit(learner: Any, codes: FloatArray, trial: Trial, offer: int, inside: BoolArray, seed: int) -> Any:
    """Fit a learner of scikit-uplift on one offer's customers and the control group; numpy in, nothing else."""
    rows = draw_rows(inside & ((trial.arm == 0) | (trial.arm == offer + 1)), seed)
    treated = (trial.arm[rows] > 0).astype(np.int64)
    return learner.fit(codes[rows], trial.outcome[rows].astype(np.int64), treated)
