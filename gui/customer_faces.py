"""A customer's face and look-alikes, loaded and decoded in a job."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

import numpy as np

from engine.faces import LikenessScale, likeness, pair_cosines
from engine.job import JobContext
from gui.photo_view import FacePhoto, decode

if TYPE_CHECKING:
    from engine.campaign import Campaign, Consent

SHOWN = 5
MOST_MEASURED = 200  # photos that measure the scale; their pairs are 19,900


@dataclass(frozen=True, eq=False)
class LookAlike:
    """An inventory photo in a customer's ranking."""

    photo: FacePhoto
    rank: int
    cosine: float
    likeness: int  # 0 to 100

    @property
    def key(self) -> str:
        """The photo's key."""
        return self.photo.stored.key


@dataclass(frozen=True, eq=False)
class CustomerFaces:
    """The pictures of one customer. Without a consent that holds there is no face and no look-alike."""

    customer: str
    consent: Consent | None
    face: FacePhoto | None
    alike: tuple[LookAlike, ...]  # the nearest first
    chosen: str | None  # the designer's pick

    @property
    def in_ad(self) -> LookAlike | None:
        """The look-alike that the ad shows: the pick, or the nearest."""
        return self.by_key(self.chosen) or (self.alike[0] if self.alike else None)

    def by_key(self, key: str | None) -> LookAlike | None:
        """Return the look-alike of a photo key."""
        return next((one for one in self.alike if one.key == key), None)


def measure_scale(campaign: Campaign, inventory: Sequence[str], context: JobContext) -> LikenessScale:
    """Measure where likeness begins among the campaign's own photos; call it in a job."""
    step = max(1, -(-len(inventory) // MOST_MEASURED))
    rows = []
    for place, key in enumerate(inventory[::step]):
        context.progress(place * step / len(inventory))
        rows.append(campaign.photo(key).embedding)
    if len(rows) < 2:
        return LikenessScale()
    return LikenessScale.from_pairs(pair_cosines(np.stack(rows)))


def load_faces(campaign: Campaign, customer: str, scale: LikenessScale, on: date, context: JobContext) -> CustomerFaces:
    """Load a customer's pictures; call it in a job. A photo without a consent that holds is not even read."""
    consent = campaign.consent(customer)
    if consent is None or not consent.holds(on):
        return CustomerFaces(customer, consent, None, (), None)
    own = campaign.customer_photo(customer)
    alike = []
    for match in campaign.matches(customer)[:SHOWN]:
        context.check()
        photo = decode(campaign.photo(match.photo))
        alike.append(LookAlike(photo, match.rank, match.cosine, likeness(match.cosine, scale)))
    chosen = campaign.chosen_face(customer)
    return CustomerFaces(customer, consent, None if own is None else decode(own), tuple(alike), chosen)
