"""Judgements as numbers: how the two candidates differ in what the ranking looks at."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from engine.campaign import Judgement

FloatArray = npt.NDArray[np.float64]
TERMS = ("cosine", "age", "hair")
COSINE, AGE, HAIR = range(3)
# What counts as one step of each term, so that equal weights are equally heard
COSINE_STEP = 0.1
AGE_STEP = 5.0  # years
HAIR_STEP = 15.0  # dE


@dataclass(frozen=True, eq=False)
class Looks:
    """What is known of the faces that judgements are about, by the keys of their photos; NaN where it is not known."""

    keys: Sequence[str]
    embeddings: npt.NDArray[np.float32]  # (n, 512), unit length, of one model
    ages: FloatArray  # (n,) years, the middle of the range
    hair: FloatArray  # (n, 3) CIELAB
    places: Mapping[str, int] = field(init=False)

    def __post_init__(self) -> None:
        count = len(self.keys)
        if len(self.embeddings) != count or self.ages.shape != (count,) or self.hair.shape != (count, 3):
            raise ValueError("embeddings, ages and hair must be those of the keys")
        object.__setattr__(self, "places", {key: place for place, key in enumerate(self.keys)})

    def terms(self, probe: int, candidates: npt.NDArray[np.intp]) -> FloatArray:
        """Return (len(candidates), 3): likeness to the probe in cosine, age and hair, in steps; more is more alike."""
        cosines = self.embeddings[candidates].astype(np.float64) @ self.embeddings[probe].astype(np.float64)
        gaps = np.abs(self.ages[candidates] - self.ages[probe])
        colours = np.linalg.norm(self.hair[candidates] - self.hair[probe], axis=1)
        return np.stack([cosines / COSINE_STEP, -gaps / AGE_STEP, -colours / HAIR_STEP], axis=1)


@dataclass(frozen=True, eq=False)
class Comparisons:
    """Answered judgements: the differences of the terms, a's less b's, and whether a was chosen."""

    terms: FloatArray  # (n, 3)
    chose_a: npt.NDArray[np.bool_]  # (n,)
    persons: npt.NDArray[np.str_]  # (n,) whose face was asked about
    faces: npt.NDArray[np.intp]  # (3, n): places of probe, a and b in Looks

    def __len__(self) -> int:
        return len(self.chose_a)

    def part(self, rows: npt.NDArray[np.bool_] | npt.NDArray[np.intp]) -> Comparisons:
        """Return some of the rows."""
        return Comparisons(self.terms[rows], self.chose_a[rows], self.persons[rows], self.faces[:, rows])


def comparisons(judgements: Sequence[Judgement], looks: Looks) -> Comparisons:
    """Bring the answered judgements whose photos are all there to numbers; skipped ones are left out.

    A term that is not known of one of the three faces says nothing: its difference is 0.
    """
    usable = [
        one
        for one in judgements
        if one.chosen != "skip" and looks.places.keys() >= {one.probe, one.a, one.b}
    ]
    names = [(one.probe, one.a, one.b) for one in usable]
    faces = np.array([[looks.places[key] for key in keys] for keys in names], np.intp).reshape(-1, 3).T
    rows = [looks.terms(probe, np.array(pair)) for probe, *pair in faces.T]
    pairs = np.array(rows, np.float64).reshape(-1, 2, len(TERMS))
    return Comparisons(
        np.nan_to_num(pairs[:, 0] - pairs[:, 1]),
        np.array([one.chosen == "a" for one in usable], np.bool_),
        np.array([person_of(one) for one in usable], np.str_),
        faces,
    )


def person_of(judgement: Judgement) -> str:
    """Return who is asked about: the customer, or the photo where it is of the inventory."""
    return f"customer {judgement.customer}" if judgement.customer is not None else f"photo {judgement.probe}"
