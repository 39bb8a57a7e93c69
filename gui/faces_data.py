"""What the Faces page needs of a campaign besides pictures: each photo's rights, the faces to rank, whom to turn to."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from math import isnan
from typing import TYPE_CHECKING, Literal

from PySide6.QtCore import QCoreApplication

from engine.job import JobContext
from gui import numbers
from gui.column_store import fold
from gui.photo_view import photo_name

if TYPE_CHECKING:
    from engine.campaign import Appearance, Campaign, InventoryFile, PhotoRights
    from engine.inventory import Matcher
    from gui.results import CampaignResults

Filter = Literal["all", "usable", "no_release", "expired", "banned", "copies"]
FILTERS: tuple[Filter, ...] = ("all", "usable", "no_release", "expired", "banned", "copies")


def tr(text: str) -> str:
    """Translate a phrase of the Faces page."""
    return QCoreApplication.translate("faces", text)


@dataclass(frozen=True)
class PhotoFacts:
    """A campaign photo as the grid shows it."""

    key: str
    rights: PhotoRights | None = None
    barred: str | None = None  # why it may not be used, as a sentence
    is_expired: bool = False
    copies: int = 0  # further files with the same picture
    content: str = ""  # what its picture is, in any words
    age: tuple[float, float] | None = None  # years, as it looks
    hair: str = ""  # the colour's name, as ``HAIR_NAMES`` has it
    ads: int = 0  # that bear it

    @property
    def name(self) -> str:
        """The photo's name as people know it."""
        return photo_name(self.key)

    @property
    def has_release(self) -> bool:
        """Whether a release is on record."""
        return self.rights is not None and self.rights.release == "yes"

    def may_be_shown_in(self, territory: str) -> bool:
        """Whether the rights name a territory, or none at all."""
        return self.rights is None or not self.rights.territories or territory in self.rights.territories

    @property
    def words(self) -> str:
        """Everything that is searched, folded: name, tags, territories, release."""
        rights = self.rights
        if rights is None:
            return fold(self.key)
        return fold(" ".join([self.key, *rights.tags, *rights.territories, f"release {rights.release}"]))

    @property
    def told(self) -> str:
        """What is said of the photo beside its mark: its path, its tags, in how many ads it is."""
        ads = tr("In 1 ad") if self.ads == 1 else tr("In {count} ads").format(count=numbers.decimal(self.ads))
        tags = "" if self.rights is None else ", ".join(self.rights.tags)
        return "\n".join(each for each in (self.key, tags, ads if self.ads else tr("In no ad")) if each)

    def passes(self, chosen: Filter, banned: frozenset[str]) -> bool:
        """Whether the photo is behind a filter; ``banned`` are the photos kept from the customer that is shown."""
        if chosen == "usable":
            return self.barred is None
        if chosen == "no_release":
            return not self.has_release
        if chosen == "expired":
            return self.is_expired
        if chosen == "banned":
            return self.key in banned
        return chosen == "all" or self.copies > 0


@dataclass(frozen=True, eq=False)
class FacesData:
    """The inventory and the customers of a campaign, for one day."""

    photos: tuple[PhotoFacts, ...]
    matcher: Matcher  # of the faces of these photos, in their order
    refused: tuple[InventoryFile, ...] = ()
    customers: tuple[str, ...] = ()  # with a photo, in the order in which they are turned
    matched: int = 0
    barred: frozenset[str] = frozenset()
    places: dict[str, int] = field(default_factory=dict)  # of the photos, by key

    def hair_of(self, key: str) -> tuple[float, float, float] | None:
        """Return the colour of the hair on a photo, CIELAB; None where it is not known."""
        place = self.places.get(key)
        if place is None:
            return None
        lightness, a, b = (float(value) for value in self.matcher.faces.hair[place])
        return None if isnan(lightness) else (lightness, a, b)


def read_faces_data(
    campaign: Campaign, results: CampaignResults, on: date, context: JobContext | None = None
) -> FacesData:
    """Read it; call it in a job. Customers come in the Preview's order, then those who get no offer."""
    from engine.inventory import Matcher
    from engine.inventory.matching import PREFIX
    from engine.look_alikes import photo_usage

    context = context or JobContext()
    context.progress(0.1, tr("Reading the photos"))
    matcher = Matcher.read(campaign, results.scale, on)
    files = campaign.inventory.files()
    usage = Counter[str]() if results.faces is None else photo_usage(results.faces, on, context.part(0.3, 0.9))
    photos = _photos(matcher, files, campaign.inventory.appearances(), usage)
    with_photo = {key.removeprefix(PREFIX) for key in campaign.photo_keys("customer")}
    first = [customer for customer in _ordered(results) if customer in with_photo]
    return FacesData(
        photos=photos,
        matcher=matcher,
        refused=tuple(file for file in files if file.refused is not None),
        customers=(*first, *sorted(with_photo - set(first))),
        matched=len(results.matched),
        barred=matcher.barred,
        places={key: place for place, key in enumerate(matcher.faces.keys)},
    )


def _ordered(results: CampaignResults) -> list[str]:
    customers = results.order.customers
    return [] if customers is None else [str(customer) for customer in customers.to_pylist()]


def _photos(
    matcher: Matcher, files: tuple[InventoryFile, ...], looks: dict[str, Appearance], usage: Counter[str]
) -> tuple[PhotoFacts, ...]:
    from gui.photo_search import hair_names

    faces, clearance = matcher.faces, matcher.clearance
    shown_by = Counter(file.photo for file in files if file.photo is not None)
    contents = {file.photo: file.digest for file in files if file.photo is not None}
    return tuple(
        PhotoFacts(
            key,
            rights := clearance.rights.get(key),
            clearance.reason(key),
            rights is not None and rights.expires_on is not None and rights.expires_on < clearance.on,
            max(0, shown_by[key] - 1),
            contents.get(key, key),
            looks[key].age if key in looks else None,
            hair,
            usage[key],
        )
        for key, hair in zip(faces.keys, hair_names(faces.hair), strict=True)
    )
