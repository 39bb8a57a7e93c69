"""The faces of a campaign as arrays, for ranking."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from engine.campaign.records import Appearance, Role
from engine.faces.nearest import Embeddings

if TYPE_CHECKING:
    from collections.abc import Sequence

    from engine.campaign import Campaign

FloatArray = npt.NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Looks:
    """n faces: embeddings (n, 512) of unit length, middle of the age range (n,) in years, hair (n, 3) in CIELAB.

    Ages and hair are nan where they are not known. ``models``: the SHA-256 of the network of each embedding.
    """

    keys: tuple[str, ...]
    embeddings: FloatArray
    ages: FloatArray
    hair: FloatArray
    models: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.keys)

    @classmethod
    def read(cls, campaign: Campaign, role: Role = "inventory") -> Looks:
        """Read the faces of a campaign's inventory, or of its customers; in the order of the photos' keys."""
        keys, embeddings, models = campaign.inventory.embeddings(role)
        known = campaign.inventory.appearances()
        return cls.of(keys, embeddings, [known.get(key, Appearance()) for key in keys], models)

    @classmethod
    def of(
        cls, keys: Sequence[str], embeddings: FloatArray, appearances: Sequence[Appearance], models: Sequence[str]
    ) -> Looks:
        """Make it from embeddings and what is known of hair and age."""
        nothing = float("nan")
        ages = [nothing if one.age is None else sum(one.age) / 2 for one in appearances]
        hair = [(nothing,) * 3 if one.hair is None else one.hair for one in appearances]
        return cls(
            tuple(keys),
            np.asarray(embeddings, np.float32),
            np.array(ages, np.float32).reshape(len(keys)),
            np.array(hair, np.float32).reshape(len(keys), 3),
            tuple(models),
        )

    @cached_property
    def networks(self) -> frozenset[str]:
        """The networks that read the faces; one, or they cannot be compared."""
        return frozenset(self.models)

    @cached_property
    def searched(self) -> Embeddings:
        """The embeddings as they are searched again and again."""
        return Embeddings(self.embeddings)

    @cached_property
    def _places(self) -> dict[str, int]:
        return {key: place for place, key in enumerate(self.keys)}

    def places_of(self, keys: Iterable[str]) -> npt.NDArray[np.intp]:
        """Return the places of those of some keys that are here, in the order of the faces."""
        return np.array(sorted(self._places[key] for key in keys if key in self._places), np.intp)

    def only(self, places: npt.NDArray[np.intp]) -> Looks:
        """Return some of the faces, in that order."""
        return Looks(
            tuple(self.keys[place] for place in places),
            self.embeddings[places],
            self.ages[places],
            self.hair[places],
            tuple(self.models[place] for place in places),
        )
