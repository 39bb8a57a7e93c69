"""From judgements to weights, and to a metric where there are enough; each with what it is worth."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from engine.campaign import Judgement
from engine.errors import InputError
from engine.faces.likeness import LikenessScale
from engine.inventory.faces import Looks
from engine.inventory.metric import Metric
from engine.inventory.settings import MatchWeights
from engine.job import JobContext
from engine.taste.comparisons import Comparisons, FloatArray, compare
from engine.taste.evaluation import SURE, Evaluation, Scores, ceiling, compared, held_out, hits
from engine.taste.intervals import Interval, mean_interval
from engine.taste.metric import fit_metric
from engine.taste.weights import fit_weights, or_plain
from engine.threads import one_thread

FEWEST = 30  # judgements for the weights
FEWEST_FOR_METRIC = 1000
FEWEST_PEOPLE = 5
SEED = 0  # deals the people out; fixed, or the intervals could be chosen

Kind = Literal["weights", "metric"]


@dataclass(frozen=True, eq=False)
class Learnt:
    """What the judgements teach: weights that sum to 1, a metric where one was asked for, and what they are worth."""

    kind: Kind
    weights: MatchWeights
    evaluation: Evaluation
    metric: Metric | None = None
    network: str = ""  # SHA-256 of the network whose embeddings the metric is for
    over_weights: Interval | None = None  # of a metric: the share of answers met, less that by the weights alone

    @property
    def is_offered(self) -> bool:
        """Whether the gain over plain cosine can be told from none, and a metric's over the weights alone too."""
        beyond_weights = self.over_weights is None or self.over_weights.low > 0
        return self.evaluation.difference == "clearly better" and beyond_weights


def learn_weights(
    judgements: Sequence[Judgement], looks: Looks, scale: LikenessScale, context: JobContext | None = None
) -> Learnt:
    """Learn the three weights. ``looks`` are the faces that were judged.

    Raises InputError with fewer than 30 answers or five people, ModelError if the photos were not all read by one
    network, JobCancelled.
    """
    comparisons = _enough(judgements, looks, scale, FEWEST)
    with one_thread():
        margins = held_out(comparisons, _weights_fit, context, seed=SEED)
        weights = _shares(or_plain(fit_weights(comparisons)))
    return Learnt("weights", weights, compared(comparisons, margins, ceiling(judgements)))


def learn_metric(
    judgements: Sequence[Judgement], looks: Looks, scale: LikenessScale, context: JobContext | None = None
) -> Learnt:
    """Learn a low-rank metric together with the weights. Raises as ``learn_weights``, with fewer than 1,000 answers."""
    context = context or JobContext()
    comparisons = _enough(judgements, looks, scale, FEWEST_FOR_METRIC)

    def fit(part: Comparisons) -> Scores:
        found = fit_metric(part, looks, scale, seed=SEED)
        return lambda others: found.margins(others, looks)

    with one_thread():
        margins = held_out(comparisons, fit, context.part(0.0, 0.8), seed=SEED, even_as_candidates=True)
        by_weights = held_out(comparisons, _weights_fit, context.part(0.8, 0.9), seed=SEED)
        found = fit_metric(comparisons, looks, scale, seed=SEED)
    gain = hits(margins, comparisons) - hits(by_weights, comparisons)
    total = float(or_plain(found.coefficients).sum())
    return Learnt(
        "metric",
        _shares(or_plain(found.coefficients)),
        compared(comparisons, margins, ceiling(judgements)),
        replace(found.metric, strength=found.metric.strength / total),
        looks.models[0],
        mean_interval(gain, comparisons.persons, SURE),
    )


def _enough(judgements: Sequence[Judgement], looks: Looks, scale: LikenessScale, fewest: int) -> Comparisons:
    comparisons = compare(judgements, looks, scale)
    missing = fewest - len(comparisons)
    if missing > 0:
        what = "a metric of faces needs" if fewest == FEWEST_FOR_METRIC else "the weights need"
        raise InputError(
            f"There are {len(comparisons):,} answers about photos that are still here, and {what} {fewest:,}. "
            f"Answer {missing:,} more."
        )
    people = len(np.unique(comparisons.persons))
    if people < FEWEST_PEOPLE:
        raise InputError(
            f"All answers are about {people} {'person' if people == 1 else 'people'}, and what is learnt must be tried "
            f"on others. Answer about {FEWEST_PEOPLE} people at least."
        )
    return comparisons


def _weights_fit(part: Comparisons) -> Scores:
    coefficients = or_plain(fit_weights(part))
    return lambda others: others.parts @ coefficients


def _shares(coefficients: FloatArray) -> MatchWeights:
    face, age, hair = (float(value) for value in coefficients / coefficients.sum())
    return MatchWeights(face, age, hair)
