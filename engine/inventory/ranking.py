"""Ranks inventory faces by how like a customer's they are: face, age and hair, weighed; and says why."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from engine.errors import ModelError
from engine.faces.gallery import TIE_DIGITS
from engine.faces.likeness import CLOSE, LikenessScale, likeness, likeness_words, may_be_the_customer
from engine.inventory.faces import Looks
from engine.inventory.metric import Metric
from engine.inventory.settings import MatchWeights

SHOWN = 24
YEARS = 40.0  # apart in age at which two faces have nothing in common in it
HAIR = 50.0  # dE (CIE 1976) at which two colours of hair have nothing in common
SAME_AGE = 2.0  # years
SAME_HAIR = 18.0  # dE; two photos of one person differ by about so much
ALIKE_HAIR = 31.0  # dE; two people differ by about so much
BLOCK = 128  # probes ranked at once: with 10,000 photos, some 100 MB

Parts = npt.NDArray[np.float64]
Order = npt.NDArray[np.intp]


@dataclass(frozen=True)
class RankedFace:
    """An inventory photo in a ranking, with what its place is made of. None: not known of one of the two."""

    photo: str
    rank: int  # 1 is the most alike
    cosine: float
    likeness: int  # 0 to 100
    years_apart: float | None
    hair_difference: float | None  # dE, CIE 1976
    score: float
    is_pinned: bool = False

    @property
    def may_be_the_customer(self) -> bool:
        """Whether the likeness is so high that the photo may show the customer."""
        return may_be_the_customer(self.likeness)

    @property
    def bars(self) -> tuple[int, int | None, int | None]:
        """Face, age and hair from 0, nothing in common, to 100, the same."""
        age = None if self.years_apart is None else round(100 * max(0.0, 1 - self.years_apart / YEARS))
        hair = None if self.hair_difference is None else round(100 * max(0.0, 1 - self.hair_difference / HAIR))
        return self.likeness, age, hair

    @property
    def sentence(self) -> str:
        """Say why the face is there, as in "Very alike; 3 years apart; hair nearly the same."."""
        words = [likeness_words(self.likeness)]
        if self.years_apart is not None:
            years = round(self.years_apart)
            words.append("of the same age" if self.years_apart < SAME_AGE else f"{years} years apart")
        if self.hair_difference is not None:
            words.append(hair_words(self.hair_difference))
        sentence = "; ".join(words)
        return f"{sentence[0].upper()}{sentence[1:]}."


def hair_words(difference: float) -> str:
    """Say a difference of hair colours (dE, CIE 1976) in words."""
    if difference < SAME_HAIR:
        return "hair nearly the same"
    return "hair somewhat alike" if difference < ALIKE_HAIR else "different hair"


def parts_of(probes: Looks, faces: Looks, scale: LikenessScale) -> Parts:
    """Return (probes, faces, 3): how much of face, age and hair is in common, 1 for the same; nan where not known.

    Face is the likeness as a share, which may be below 0 or over 1; age and hair fall to 0 at 40 years and at a
    difference of 50 dE. Raises ModelError if the embeddings were not all made by one network.
    """
    if len({*probes.models, *faces.models}) > 1:
        raise ModelError(
            "These photos were read by different face networks. Match all customers again: old ones are then read anew."
        )
    found = np.empty((len(probes), len(faces), 3))
    cosines = np.round((probes.embeddings @ faces.embeddings.T).astype(np.float64), TIE_DIGITS)
    found[..., 0] = (cosines - scale.strangers) / (scale.one_person - scale.strangers)
    found[..., 1] = 1 - np.minimum(np.abs(probes.ages[:, None] - faces.ages[None]) / YEARS, 1)
    found[..., 2] = 1 - np.minimum(_distances(probes.hair, faces.hair) / HAIR, 1)
    return found


def _distances(first: npt.NDArray[np.float32], second: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    distances: npt.NDArray[np.float32] = np.sqrt(
        sum((first[:, None, axis] - second[None, :, axis]) ** 2 for axis in range(3))
    )
    return distances


def scores_of(
    parts: Parts, weights: MatchWeights, added: npt.NDArray[np.float64] | None = None
) -> npt.NDArray[np.float64]:
    """Return (probes, faces): the parts' weighed mean. What is not known counts as the mean of the probe's others.

    ``added`` is what a learnt metric adds to it.
    """
    with_weight = [(parts[..., place], weight) for place, weight in enumerate(_numbers(weights)) if weight > 0]
    total = np.zeros(parts.shape[:2])
    for part, weight in with_weight:
        total += weight * _filled(part)
    mean: npt.NDArray[np.float64] = total / sum(weight for _, weight in with_weight)
    return mean if added is None else mean + added


def _numbers(weights: MatchWeights) -> tuple[float, float, float]:
    return weights.face, weights.age, weights.hair


def _filled(part: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    unknown = np.isnan(part)
    if not unknown.any():
        return part
    known = np.maximum((~unknown).sum(axis=1), 1)
    mean = np.where(unknown, 0.0, part).sum(axis=1) / known
    return np.where(unknown, mean[:, None], part)


def best_places(parts: Parts, scores: npt.NDArray[np.float64], k: int) -> list[Order]:
    """Return for each probe the places of the k best faces, the best first, ties in the order of the faces.

    Who is close by the face comes before who is not: age and hair never make a look-alike.
    """
    is_near = parts[..., 0] >= (CLOSE - 0.5) / 100
    keys = np.where(is_near, scores + 1e6, scores)
    k = min(k, keys.shape[1])
    return [_largest(row, k) for row in keys]


def _largest(values: npt.NDArray[np.float64], k: int) -> Order:
    if k == 0:
        return np.empty(0, np.intp)
    border = np.partition(values, len(values) - k)[len(values) - k]
    above = np.flatnonzero(values >= border)
    order: Order = above[np.argsort(-values[above], kind="stable")][:k]
    return order


def rank(
    probe: Looks,
    faces: Looks,
    weights: MatchWeights | None = None,
    scale: LikenessScale | None = None,
    *,
    metric: Metric | None = None,
    pins: Collection[str] = (),
    bans: Collection[str] = (),
    most: int = SHOWN,
) -> tuple[RankedFace, ...]:
    """Rank the faces for one probe (a Looks of one face): pins first, then the most alike; bans are left out.

    ``bans`` are all that may not be used, whether for the customer or by their rights; a banned pin is left out too.
    Raises ModelError as ``parts_of``.
    """
    scale = scale or LikenessScale()
    allowed = np.array([key not in bans for key in faces.keys], bool) if bans else np.ones(len(faces), bool)
    parts = parts_of(probe, faces, scale)
    added = None if metric is None else metric.added(probe.embeddings, faces.embeddings)
    scores = scores_of(parts, weights or MatchWeights(), added)
    pinned = [place for place, key in enumerate(faces.keys) if key in pins and allowed[place]] if pins else []
    allowed[pinned] = False
    rest = np.flatnonzero(allowed)
    (best,) = best_places(parts[:, rest], scores[:, rest], max(0, most - len(pinned)))
    hair = _distances(probe.hair, faces.hair)[0]
    return tuple(
        _ranked(
            place, number, probe, faces, parts[0, place, 0], scores[0, place], hair[place], scale, number <= len(pinned)
        )
        for number, place in enumerate([*pinned, *rest[best]], start=1)
    )


def _ranked(
    place: int, number: int, probe: Looks, faces: Looks, face: float, score: float, hair: float, scale: LikenessScale,
    is_pinned: bool,
) -> RankedFace:  # fmt: skip
    cosine = float(np.clip(scale.strangers + face * (scale.one_person - scale.strangers), -1, 1))
    years = abs(float(probe.ages[0] - faces.ages[place]))
    return RankedFace(
        faces.keys[place],
        number,
        round(cosine, TIE_DIGITS),
        likeness(cosine, scale),
        None if np.isnan(years) else years,
        None if np.isnan(hair) else float(hair),
        float(score),
        is_pinned,
    )
