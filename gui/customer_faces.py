"""A customer's face and look-alikes, loaded and decoded in a job."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING

from engine.campaign import FaceChoice
from engine.faces import is_close, likeness
from engine.job import JobContext
from engine.look_alikes import AdFaces
from gui.photo_view import FacePhoto, decode

if TYPE_CHECKING:
    from engine.campaign import Campaign, Consent

SHOWN = 5


@dataclass(frozen=True, eq=False)
class LookAlike:
    """An inventory photo in a ranking of look-alikes."""

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
    """The pictures for one customer. Of nobody without a consent that holds there is a face or a look-alike."""

    customer: str
    consent: Consent | None
    face: FacePhoto | None
    alike: tuple[LookAlike, ...]  # the nearest first
    chosen: str | None = None  # the designer's pick among these
    contact: str | None = None  # whose look-alikes these are; None: the customer's own
    by_rule: str | None = None  # whose they would be without a choice for this customer
    choice: FaceChoice | None = None  # as the campaign file has it
    is_shared_out: bool = False  # whether photos are shared out among the ads, since none may be in too many
    share: str | None = None  # the photo that fell to this ad then

    @property
    def in_ad(self) -> LookAlike | None:
        """The look-alike that the ad shows: the pick, or what fell to it, or who is close; None without a face."""
        close = next((one for one in self.alike if is_close(one.likeness)), None)
        return self.by_key(self.chosen) or (self.by_key(self.share) if self.is_shared_out else close)

    @property
    def is_anybody_close(self) -> bool:
        """Whether a face is close enough to be shown without being asked for."""
        return any(is_close(one.likeness) for one in self.alike)

    def by_key(self, key: str | None) -> LookAlike | None:
        """Return the look-alike of a photo key."""
        return next((one for one in self.alike if one.key == key), None)

    def is_of_same_person(self, choice: FaceChoice | None) -> bool:
        """Whether a choice leads to look-alikes of the person whose these are."""
        return self.contact == (self.by_rule if choice is None else choice.contact)

    def with_choice(self, choice: FaceChoice | None) -> CustomerFaces:
        """Return the same pictures under another choice among them."""
        return replace(self, choice=choice, chosen=None if choice is None else choice.photo)


def load_faces(campaign: Campaign, faces: AdFaces, customer: str, on: date, context: JobContext) -> CustomerFaces:
    """Load a customer's pictures; call it in a job. A photo without a consent that holds is not even read."""
    consent = campaign.consent(customer)
    own = campaign.customer_photo(customer) if consent is not None and consent.holds(on) else None
    shown = faces.of(customer, on)
    alike = []
    for match in shown.matches[:SHOWN]:
        context.check()
        photo = decode(campaign.photo(match.photo))
        alike.append(LookAlike(photo, match.rank, match.cosine, likeness(match.cosine, faces.scale)))
    return CustomerFaces(
        customer,
        consent,
        None if own is None else decode(own),
        tuple(alike),
        shown.picked,
        shown.contact,
        faces.by_rule(customer, on),
        campaign.face_choice(customer),
        shown.is_shared_out,
        shown.share,
    )
