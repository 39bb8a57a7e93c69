"""What is known of each photo of the inventory, and the search among them."""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from engine.campaign import Appearance, Campaign, PhotoRights
from engine.inventory.ranking import SAME_HAIR
from engine.inventory.rights import Clearance, Standing

Lab = tuple[float, float, float]


@dataclass(frozen=True)
class InventoryPhoto:
    """A photo of the inventory without its picture."""

    key: str
    path: str | None  # where its file lay when it was read; None in campaigns from before that was noted
    appearance: Appearance
    rights: PhotoRights | None
    standing: Standing
    reason: str | None  # why it may not be used
    copies: int = 0  # files with the same content besides


def inventory_photos(campaign: Campaign, on: date) -> tuple[InventoryPhoto, ...]:
    """Return what is known of all photos, by key; for 10,000 it takes a fraction of a second, so call it in a job."""
    clearance, looks = Clearance.read(campaign, on), campaign.inventory.appearances()
    paths: dict[str, list[str]] = {}
    for file in campaign.inventory.files():
        if file.photo is not None:
            paths.setdefault(file.photo, []).append(file.path)
    return tuple(
        InventoryPhoto(
            key,
            next(iter(paths.get(key, ())), None),
            looks.get(key, Appearance()),
            clearance.rights.get(key),
            clearance.standing(key),
            clearance.reason(key),
            max(0, len(paths.get(key, ())) - 1),
        )
        for key in campaign.photo_keys("inventory")
    )


def all_tags(photos: Sequence[InventoryPhoto]) -> tuple[str, ...]:
    """Return the tags that are in use, in the order of the alphabet."""
    tags = {tag for photo in photos if photo.rights is not None for tag in photo.rights.tags}
    return tuple(sorted(tags, key=str.casefold))


@dataclass(frozen=True)
class InventorySearch:
    """What photos are looked for; what is left empty does not matter. A photo must meet all."""

    words: str = ""  # each in the key or in a tag
    tags: frozenset[str] = frozenset()  # any of them
    standings: frozenset[Standing] = frozenset()  # any of them
    ages: tuple[float, float] | None = None  # years; the photo's range must meet it
    hair: Lab | None = None
    hair_within: float = SAME_HAIR  # dE, CIE 1976

    def finds(self, photo: InventoryPhoto) -> bool:
        """Whether a photo is what is looked for; where age or hair is looked for, it must be known."""
        tags: Collection[str] = () if photo.rights is None else photo.rights.tags
        text = " ".join((photo.key, *tags)).casefold()
        return (
            all(word in text for word in self.words.casefold().split())
            and (not self.tags or not self.tags.isdisjoint(tags))
            and (not self.standings or photo.standing in self.standings)
            and (self.ages is None or _meet(self.ages, photo.appearance.age))
            and (self.hair is None or _is_near(self.hair, photo.appearance.hair, self.hair_within))
        )


def _meet(first: tuple[float, float], second: tuple[float, float] | None) -> bool:
    return second is not None and first[0] <= second[1] and second[0] <= first[1]


def _is_near(first: Lab, second: Lab | None, within: float) -> bool:
    return second is not None and math.dist(first, second) <= within
