"""A customer's face and look-alikes, loaded and decoded in a job."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from engine.faces import LikenessScale, likeness
from engine.job import JobContext
from engine.look_alikes import is_close
from gui.photo_view import FacePhoto, decode

if TYPE_CHECKING:
    from engine.campaign import Campaign, Consent

SHOWN = 5


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
        """The look-alike that the ad shows: the pick, or the nearest if it is close; None without a face."""
        return self.by_key(self.chosen) or (self.alike[0] if self.is_anybody_close else None)

    @property
    def is_anybody_close(self) -> bool:
        """Whether the nearest face is close enough to be shown without being asked for."""
        return bool(self.alike) and is_close(self.alike[0].likeness)

    def by_key(self, key: str | None) -> LookAlike | None:
        """Return the look-alike of a photo key."""
        return next((one for one in self.alike if one.key == key), None)


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
