"""Judgements as numbers: how the two candidates differ in what the ranking looks at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from engine.campaign import Judgement
from engine.faces.likeness import LikenessScale
from engine.inventory.faces import Looks
from engine.inventory.ranking import parts_of

FloatArray = npt.NDArray[np.float64]
FACE, AGE, HAIR = range(3)  # the parts of a likeness, as ``parts_of`` has them
PARTS = 3


@dataclass(frozen=True, eq=False)
class Comparisons:
    """Answered judgements: the differences of the parts of likeness, a's less b's, and whether a was chosen."""

    parts: FloatArray  # (n, 3)
    chose_a: npt.NDArray[np.bool_]  # (n,)
    persons: npt.NDArray[np.str_]  # (n,) whose face was asked about
    faces: npt.NDArray[np.intp]  # (3, n): places of probe, a and b in the Looks

    def __len__(self) -> int:
        return len(self.chose_a)

    def part(self, rows: npt.NDArray[np.bool_] | npt.NDArray[np.intp]) -> Comparisons:
        """Return some of the rows."""
        return Comparisons(self.parts[rows], self.chose_a[rows], self.persons[rows], self.faces[:, rows])


def compare(judgements: Sequence[Judgement], looks: Looks, scale: LikenessScale) -> Comparisons:
    """Bring the answered judgements whose photos are all in ``looks`` to numbers; skipped ones are left out.

    What is not known of one of the three faces says nothing: its difference is 0. Raises ModelError if the
    embeddings of a judgement were made by different networks.
    """
    places = {key: place for place, key in enumerate(looks.keys)}
    usable = [one for one in judgements if one.chosen != "skip" and places.keys() >= {one.probe, one.a, one.b}]
    keys = [(one.probe, one.a, one.b) for one in usable]
    faces = np.array([[places[key] for key in three] for three in keys], np.intp).reshape(-1, 3).T
    rows = [parts_of(looks.only(three[:1]), looks.only(three[1:]), scale)[0] for three in faces.T]
    pairs = np.array(rows, np.float64).reshape(-1, 2, PARTS)
    return Comparisons(
        np.nan_to_num(pairs[:, 0] - pairs[:, 1]),
        np.array([one.chosen == "a" for one in usable], np.bool_),
        np.array([person_of(one) for one in usable], np.str_),
        faces,
    )


def person_of(judgement: Judgement) -> str:
    """Return who is asked about: the customer, or the photo where it is of the inventory."""
    return f"customer {judgement.customer}" if judgement.customer is not None else f"photo {judgement.probe}"
