"""How alike two faces are, for people: a scale from 0 to 100 and four words."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from engine.faces.detector import FloatArray

WORDS = ((60, "very alike"), (40, "alike"), (20, "some likeness"), (0, "little likeness"))
CLOSE = 20  # below it nobody in the photos is close, and an ad goes without a face
MAY_BE_THE_CUSTOMER = 85  # over this, somebody looks before the photo is used
FEWEST_PAIRS = 45  # pairs of ten people; with fewer, their median says little about strangers in general
MOST_PHOTOS = 1_000


@dataclass(frozen=True)
class LikenessScale:
    """Where the scale begins and ends for one model and style of photo; the defaults are those of the demo people."""

    strangers: float = 0.23  # median cosine of two different people: 0
    one_person: float = 0.93  # median cosine of two photos of one person: 100

    def __post_init__(self) -> None:
        if not -1.0 <= self.strangers < self.one_person <= 1.0:
            raise ValueError("strangers must be less alike than one person, both from -1 to 1")

    @classmethod
    def from_pairs(
        cls, different: Sequence[float] | FloatArray, same: Sequence[float] | FloatArray = ()
    ) -> LikenessScale:
        """Measure the scale from the cosines of pairs of different people and of pairs of one person's photos.

        With fewer than 45 pairs of different people, or no pair of one person's, that end is the demo's; so is the
        lower one if "different" photos are as alike as one person's, as copies of one photo are.
        """
        strangers = float(np.median(different)) if len(different) >= FEWEST_PAIRS else cls.strangers
        one_person = float(np.median(same)) if len(same) else cls.one_person
        if not len(same) and strangers >= one_person:
            strangers = cls.strangers
        return cls(strangers, one_person)


def pair_cosines(embeddings: FloatArray) -> FloatArray:
    """Return the cosine of every pair of (n, 512) embeddings; of over 1,000 photos, of 1,000 spread evenly."""
    step = max(1, math.ceil(len(embeddings) / MOST_PHOTOS))
    rows = embeddings[::step]
    upper = np.triu_indices(len(rows), 1)
    cosines: FloatArray = (rows @ rows.T)[upper]
    return cosines


def likeness(cosine: float, scale: LikenessScale | None = None) -> int:
    """Bring a cosine to the scale: 0 is two strangers in these photos, 100 is one person photographed twice."""
    scale = scale or LikenessScale()
    share = (cosine - scale.strangers) / (scale.one_person - scale.strangers)
    return min(100, max(0, round(100 * share)))


def likeness_words(value: int) -> str:
    """Say a likeness of 0 to 100 in words."""
    return next(words for least, words in WORDS if value >= least)


def is_close(value: int) -> bool:
    """Whether a likeness of 0 to 100 is enough to show the face to the customer."""
    return value >= CLOSE


def may_be_the_customer(value: int) -> bool:
    """Whether a likeness is so high that the photo may show the customer."""
    return value > MAY_BE_THE_CUSTOMER
