"""Ranks inventory faces by how like a customer's they are: face, age and hair, weighed; and says why."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from engine.errors import ModelError
from engine.faces.likeness import CLOSE, LikenessScale, likeness, likeness_words, may_be_the_customer
from engine.faces.nearest import TIE_DIGITS, largest
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

Parts = npt.NDArray[np.float32]
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
    face = _shares(_cosines(probes, faces), scale)
    parts: Parts = np.stack([face, _age_part(probes, faces), _hair_part(probes, faces)], axis=-1)
    return parts


def _cosines(probes: Looks, faces: Looks) -> Parts:
    """Return (probes, faces), to so many digits that it does not matter where in the array a face stands."""
    _require_one_network(probes, faces)
    cosines: Parts = probes.embeddings @ faces.embeddings.T
    return np.round(cosines, TIE_DIGITS, out=cosines)


def _require_one_network(probes: Looks, faces: Looks) -> None:
    if len(probes.networks | faces.networks) > 1:
        raise ModelError(
            "These photos were read by different face networks. Match all customers again: old ones are then read anew."
        )


def _shares(cosines: Parts, scale: LikenessScale) -> Parts:
    shares = cosines - np.float32(scale.strangers)
    shares /= np.float32(scale.one_person - scale.strangers)
    return shares


def _age_part(probes: Looks, faces: Looks) -> Parts:
    years = np.abs(probes.ages[:, None] - faces.ages[None])
    part: Parts = 1 - np.minimum(years / np.float32(YEARS), 1)
    return part


def _hair_part(probes: Looks, faces: Looks) -> Parts:
    distances = _distances(probes.hair, faces.hair)
    part: Parts = 1 - np.minimum(distances / np.float32(HAIR), 1)
    return part


def _distances(first: Parts, second: Parts) -> Parts:
    squares = np.zeros((len(first), len(second)), np.float32)
    for axis in range(3):
        squares += (first[:, None, axis] - second[None, :, axis]) ** 2
    return np.sqrt(squares, out=squares)


@dataclass(frozen=True, eq=False)
class Scored:
    """Faces as they are for some probes: cosines and scores, (probes, faces) each."""

    cosines: Parts
    scores: Parts
    is_near: npt.NDArray[np.bool_]

    @classmethod
    def of(
        cls, probes: Looks, faces: Looks, weights: MatchWeights, scale: LikenessScale, metric: Metric | None = None
    ) -> Scored:
        """Score them by the weighed mean of their parts, and what a metric adds to it.

        A part without weight costs nothing; what is not known counts as the mean of the probe's others. Raises
        ModelError as ``parts_of``.
        """
        return _Scoring.of(probes, faces, weights, scale, metric).scored(_cosines(probes, faces))

    def best(self, row: int, k: int, without: Order | None = None) -> Order:
        """Return the places of the k best faces for one of the probes, the best first, ties in the order of the faces.

        Who is close by the face comes before who is not: age and hair never make a look-alike. ``without`` are places
        of faces that are passed over.
        """
        allowed = np.ones(self.scores.shape[1], np.bool_)
        if without is not None:
            allowed[without] = False
        found: list[Order] = []
        for group in (self.is_near[row] & allowed, ~self.is_near[row] & allowed):
            if k > 0:
                places = np.flatnonzero(group)
                found.append(places[largest(self.scores[row, places], min(k, len(places)))])
                k -= len(found[-1])
        return np.concatenate(found) if found else np.empty(0, np.intp)


@dataclass(frozen=True, eq=False)
class _Scoring:
    """How cosines become scores: each step of it keeps their order, in float32 too, so that bounds become bounds."""

    scale: LikenessScale
    face: np.float32  # weight
    others: Parts | None  # what age, hair and metric add, (probes, faces)

    @classmethod
    def of(
        cls, probes: Looks, faces: Looks, weights: MatchWeights, scale: LikenessScale, metric: Metric | None
    ) -> _Scoring:
        whole = weights.face + weights.age + weights.hair
        added = [
            np.float32(weight / whole) * _filled(part(probes, faces))
            for weight, part in ((weights.age, _age_part), (weights.hair, _hair_part))
            if weight > 0
        ]
        if metric is not None:
            added.append(metric.added(probes.embeddings, faces.embeddings).astype(np.float32))
        return cls(scale, np.float32(weights.face / whole), sum(added[1:], start=added[0]) if added else None)

    def scored(self, cosines: Parts, places: Order | None = None) -> Scored:
        """Score (probes, faces) cosines, or those with the faces at some places alone."""
        scores = _shares(cosines, self.scale)
        is_near = scores >= (CLOSE - 0.5) / 100
        scores *= self.face
        if self.others is not None:
            scores += self.others if places is None else self.others[:, places]
        return Scored(cosines, scores, is_near)


def _filled(part: Parts) -> Parts:
    unknown = np.isnan(part)
    if unknown.any():
        known = np.maximum((~unknown).sum(axis=1), 1)
        mean = np.where(unknown, np.float32(0), part).sum(axis=1, dtype=np.float64) / known
        np.copyto(part, mean[:, None].astype(np.float32), where=unknown)
    return part


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
    banned = faces.places_of(bans)
    pinned = np.setdiff1d(faces.places_of(pins), banned)
    scoring = _Scoring.of(probe, faces, weights or MatchWeights(), scale, metric)
    others = _contenders(probe, faces, scoring, most - len(pinned), np.concatenate([banned, pinned]))
    places = np.concatenate([pinned, others])
    cosines = faces.searched.cosines(probe.embeddings[0], places)
    found, some = scoring.scored(cosines[None], places), faces.only(places)
    pins_first = np.arange(len(pinned))
    best = found.best(0, most - len(pinned), pins_first)
    return tuple(
        _ranked(place, number, probe, some, found, scale, is_pinned=number <= len(pinned))
        for number, place in enumerate([*pins_first, *best], start=1)
    )


def _contenders(probe: Looks, faces: Looks, scoring: _Scoring, k: int, without: Order) -> Order:
    """Return the places of all faces that may be among the k best, and of some that are not, in their order.

    Whoever is even at best behind those whom k faces cannot fall behind at worst is not among them.
    """
    _require_one_network(probe, faces)
    worst, best = (scoring.scored(cosines[None]) for cosines in faces.searched.bounds(probe.embeddings[0]))
    first = worst.best(0, k, without)
    if not len(first):
        return np.empty(0, np.intp)
    last = first[-1]
    is_near, border = worst.is_near[0, last], worst.scores[0, last]
    can_be = (best.is_near[0] == is_near) & (best.scores[0] >= border)
    if not is_near:
        can_be |= best.is_near[0]
    can_be[without] = False
    return np.flatnonzero(can_be)


def _ranked(
    place: int, number: int, probe: Looks, faces: Looks, found: Scored, scale: LikenessScale, *, is_pinned: bool
) -> RankedFace:
    cosine = round(float(np.clip(found.cosines[0, place], -1, 1)), TIE_DIGITS)
    years = abs(float(probe.ages[0] - faces.ages[place]))
    hair = float(_distances(probe.hair, faces.hair[place : place + 1])[0, 0])
    return RankedFace(
        faces.keys[place],
        number,
        cosine,
        likeness(cosine, scale),
        None if np.isnan(years) else years,
        None if np.isnan(hair) else hair,
        float(found.scores[0, place]),
        is_pinned,
    )
