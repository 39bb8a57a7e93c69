"""What fine-tuning did to embeddings, on people who were not learnt from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from engine.taste.intervals import Interval, mean_interval, share_interval

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Recognition:
    """Figures on people left out of the learning, with intervals of 95 % by person.

    ``rank_1``: the share of photos whose nearest other photo is the same person's. ``auc``: the chance that two photos
    of a person are more alike than one of theirs and one of somebody else; the mean over the people.
    """

    people: int
    photos: int
    rank_1_before: Interval
    rank_1_after: Interval
    rank_1_gain: Interval
    auc_before: Interval
    auc_after: Interval
    auc_gain: Interval

    @property
    def falls(self) -> bool:
        """Whether people are told apart less well than before, by either figure."""
        return self.rank_1_gain.estimate < 0 or self.auc_gain.estimate < 0


def recognition(
    before: npt.NDArray[np.floating], after: npt.NDArray[np.floating], people: Sequence[str]
) -> Recognition:
    """Compare two sets of embeddings, (n, 512) of unit length, of the same photos.

    A person of whom there is one photo is only somebody to be taken for. Raises ValueError if nobody is there twice.
    """
    names = np.array(people)
    hit = [_hits(rows, names) for rows in (before, after)]
    twice = ~np.isnan(hit[0])
    if not twice.any():
        raise ValueError("nobody is there twice")
    shown = names[twice]
    first, second = (hits[twice] for hits in hit)
    areas = [_areas(rows, names) for rows in (before, after)]
    own = np.unique(shown)
    return Recognition(
        len(own),
        len(names),
        share_interval(first, shown),
        share_interval(second, shown),
        mean_interval(second - first, shown),
        _within(mean_interval(areas[0], own)),
        _within(mean_interval(areas[1], own)),
        mean_interval(areas[1] - areas[0], own),
    )


@dataclass(frozen=True)
class AnswersMet:
    """The share of the designer's answers about people left out that cosines meet, with intervals of 95 % by person."""

    people: int
    judgements: int
    before: Interval
    after: Interval
    gain: Interval

    @property
    def falls(self) -> bool:
        """Whether fewer answers are met than before."""
        return self.gain.estimate < 0


def answers_met(
    before: npt.NDArray[np.floating], after: npt.NDArray[np.floating], triplets: npt.NDArray[np.int64]
) -> AnswersMet:
    """Compare two sets of (n, 512) embeddings by (m, 3) places: a face, the one more like it, the one less like it."""
    faces = triplets[:, 0]
    met = []
    for rows in (before, after):
        face, more, less = (np.asarray(rows, np.float64)[places] for places in triplets.T)
        met.append((np.sign((face * (more - less)).sum(axis=1)) + 1) / 2)
    return AnswersMet(
        len(np.unique(faces)),
        len(triplets),
        share_interval(met[0], faces),
        share_interval(met[1], faces),
        mean_interval(met[1] - met[0], faces),
    )


def _within(interval: Interval) -> Interval:
    return Interval(interval.estimate, max(0.0, interval.low), min(1.0, interval.high))


def _cosines(rows: npt.NDArray[np.floating]) -> FloatArray:
    wide = np.asarray(rows, np.float64)
    cosines: FloatArray = wide @ wide.T
    return cosines


def _hits(rows: npt.NDArray[np.floating], names: npt.NDArray[np.str_]) -> FloatArray:
    """Return 1 where a photo's nearest other is of the same person, 0 where not, nan where there is no other."""
    cosines = _cosines(rows)
    np.fill_diagonal(cosines, -np.inf)
    hits = (names[cosines.argmax(axis=1)] == names).astype(np.float64)
    alone = (names[:, None] == names[None]).sum(axis=1) < 2
    return np.where(alone, np.nan, hits)


def _areas(rows: npt.NDArray[np.floating], names: npt.NDArray[np.str_]) -> FloatArray:
    """Return for each person who is there twice how often their own pairs are above those with others."""
    cosines = _cosines(rows)
    areas = []
    for name in np.unique(names):
        mine = names == name
        if mine.sum() > 1:
            own = cosines[np.ix_(mine, mine)][np.triu_indices(int(mine.sum()), 1)]
            others = np.sort(cosines[np.ix_(mine, ~mine)].ravel())
            below = (np.searchsorted(others, own, "left") + np.searchsorted(others, own, "right")) / 2
            areas.append(float(np.mean(below / len(others))))
    return np.array(areas)
