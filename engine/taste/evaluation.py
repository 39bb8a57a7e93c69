"""What learning gained, on people that it did not see; and how well it could do at best."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from engine.campaign import Judgement
from engine.job import JobContext
from engine.taste.comparisons import FACE, Comparisons, FloatArray
from engine.taste.intervals import Interval, mean_interval, share_interval, wilson

FOLDS = 10
SURE = 0.98  # the folds share most of what they learn from: 95 % then held the truth in 90 of 100 cases
Difference = Literal["clearly better", "no clear difference", "clearly worse"]
Scores = Callable[[Comparisons], FloatArray]  # by how much a is ahead of b
Fit = Callable[[Comparisons], Scores]  # learns


@dataclass(frozen=True)
class Ceiling:
    """How often the designer, asked once more, answered the same; no ranking can agree with the answers more often.

    ``at_most`` is the largest share of the answers that any ranking could meet, from the repeats' agreement.
    """

    repeats: int
    agreed: int
    at_most: Interval


@dataclass(frozen=True)
class Evaluation:
    """Shares of the answers that rankings meet, each on people left out of the learning, with intervals of 95 %."""

    judgements: int
    people: int
    learnt: Interval
    plain: Interval  # by the cosine alone
    gain: Interval  # learnt less plain; nominally of 98 %, which comes to 95 %
    ceiling: Ceiling | None  # None where nothing was asked twice

    @property
    def difference(self) -> Difference:
        """Whether the gain can be told from none."""
        return told_apart(self.gain)


def told_apart(gain: Interval) -> Difference:
    """Say whether a gain is clearly above or below nothing."""
    if gain.low > 0:
        return "clearly better"
    return "clearly worse" if gain.high < 0 else "no clear difference"


def compared(comparisons: Comparisons, margins: FloatArray, most: Ceiling | None) -> Evaluation:
    """Compare what a ranking says of people it was not learnt from, by how much a is ahead of b, with plain cosine."""
    learnt, plain = hits(margins, comparisons), hits(comparisons.parts[:, FACE], comparisons)
    return Evaluation(
        len(comparisons),
        len(np.unique(comparisons.persons)),
        share_interval(learnt, comparisons.persons),
        share_interval(plain, comparisons.persons),
        mean_interval(learnt - plain, comparisons.persons, SURE),
        most,
    )


def held_out(
    comparisons: Comparisons,
    fit: Fit,
    context: JobContext | None = None,
    *,
    seed: int,
    even_as_candidates: bool = False,
) -> FloatArray:
    """Learn ten times without a tenth of the people; return by how much a is ahead of b, for these.

    ``even_as_candidates``: without the answers in which one of them stood to be chosen, too. What has so few numbers as
    the weights cannot learn a face by heart and needs no such care. Raises ValueError if there are fewer than two
    people, JobCancelled between two fits.
    """
    context = context or JobContext()
    margins = np.zeros(len(comparisons))
    for done, left_out in enumerate(folds(comparisons.persons, FOLDS, seed=seed)):
        context.progress(done / FOLDS, "Learning without some of the people")
        learnt_from: npt.NDArray[np.bool_] = ~left_out
        if even_as_candidates:
            learnt_from = without_faces(comparisons.faces, left_out)
        margins[left_out] = fit(comparisons.part(learnt_from))(comparisons.part(left_out))
    return margins


def without_faces(faces: npt.NDArray[np.integer], left_out: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """Return which answers, (3, n) faces, name none of the faces that those left out ask about."""
    named = np.isin(faces, faces[0, left_out])
    without: npt.NDArray[np.bool_] = ~np.logical_or.reduce(named, axis=0)
    return without


def folds(
    persons: npt.NDArray[np.str_] | npt.NDArray[np.integer], count: int, *, seed: int
) -> Iterator[npt.NDArray[np.bool_]]:
    """Deal the people out by lot; yield which rows are of the people of each part. No person is in two.

    Raises ValueError if there are fewer than two people.
    """
    people = np.unique(persons)
    if len(people) < 2:
        raise ValueError("people cannot be left out where there is only one")
    dealt = np.random.default_rng(seed).permutation(people)
    for part in np.array_split(dealt, min(count, len(people))):
        yield np.isin(persons, part)


def hits(margins: FloatArray, comparisons: Comparisons) -> FloatArray:
    """Return 1 where a ranking meets the answer, 0 where it does not, and a half where it has no preference."""
    answers = np.where(comparisons.chose_a, 1.0, -1.0)
    return (np.sign(margins) * answers + 1) / 2


def ceiling(judgements: Sequence[Judgement]) -> Ceiling | None:
    """Reckon from the repeats how often a ranking can meet the designer's answers at most; None without repeats.

    If one question is answered the usual way with chance q, two answers agree with chance q^2 + (1 - q)^2, so that
    q = (1 + sqrt(2 agreement - 1)) / 2. As questions differ, it is the largest mean of q that the agreement allows.
    """
    first = {judgement.number: judgement for judgement in judgements}
    pairs = [
        (first[judgement.repeat_of], judgement)
        for judgement in judgements
        if judgement.repeat_of in first and judgement.chosen != "skip"
    ]
    if not pairs:
        return None
    agreed = sum(_choice(one) == _choice(other) for one, other in pairs)
    low, high = wilson(agreed / len(pairs), len(pairs))
    return Ceiling(len(pairs), agreed, Interval(_usual(agreed / len(pairs)), _usual(low), _usual(high)))


def _choice(judgement: Judgement) -> str | None:
    return {"a": judgement.a, "b": judgement.b}.get(judgement.chosen)


def _usual(agreement: float) -> float:
    return float((1 + np.sqrt(max(0.0, 2 * agreement - 1))) / 2)
