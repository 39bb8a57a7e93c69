"""Ads as JPEG files: which are written and under which names, which are left out and why."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import pyarrow as pa

from engine.ads import WEIGHT_LIMITS, Ad, encode_jpeg, ensure_application
from engine.campaign import Campaign
from engine.columns import AD_COLUMNS, CUSTOMER, HAS_LEFT, LEFT_OUT_COLUMNS, NO_OFFER, PLANNED, SEGMENT, WITHHELD
from engine.creative import SIZES, CreativeStudio
from engine.errors import OccupiedError
from engine.job import JobContext
from engine.offers import Offer
from engine.table_files import write_csv
from engine.unfinished import explained_place, filled_folder, unfinished_folder

Matter = Literal["offer", "text", "photo", "changed"]  # what keeps an ad, or a photo out of it, from being written
CHANGED = "The face of this ad, or the consent to it, changed while the ads were saved. Save it again."
WITHHELD_WORDS = "You chose to send this customer no offer."
LEFT_WORDS = "The customer has left."
BEYOND_WORDS = "Beyond the budget: this customer is not asked."
NONE_WORDS = "No offer goes to this customer."
ADS_LIST, LEFT_OUT_LIST = "ads.csv", "left-out.csv"


@dataclass(frozen=True)
class AdFile:
    """One ad that was written, and the name of its file."""

    customer: str
    offer: str
    size: str
    file: str


@dataclass(frozen=True)
class LeftOut:
    """What was not written: a customer's ad in a size (all sizes without one), or a photo that an ad may not bear."""

    customer: str
    matter: Matter
    reason: str
    size: str = ""
    photo: str = ""


@dataclass(frozen=True)
class WrittenAds:
    """The ads that were written, by customer and size, and what was left out; ``folder`` is where they are."""

    files: tuple[AdFile, ...]
    left_out: tuple[LeftOut, ...]
    folder: Path

    @property
    def customers(self) -> int:
        """Return how many customers have an ad among these."""
        return len({file.customer for file in self.files})

    def without(self, matter: Matter) -> int:
        """Return how many were left out for one matter: photos, ads (texts) or customers, each counted once."""
        mine = [each for each in self.left_out if each.matter == matter]
        return len({each.photo if matter == "photo" else (each.customer, each.size) for each in mine})


def write_ads(
    campaign: Campaign,
    folder: Path,
    *,
    customers: Sequence[str] | None = None,
    most: int | None = None,
    context: JobContext | None = None,
) -> WrittenAds:
    """Compose and write the ads of some customers, or of all who get one of their own, one size before the next.

    Names are <customer>_<width>x<height>.jpg, the key as in file_names. Left out, with the reason: who has no offer
    by now, an ad whose text does not fit, and one whose face changed meanwhile. A photo that may not be used is in
    no ad; for whom it would have been is among what is left out. ``most`` stops after so many ads.
    Raises OSError, and JobCancelled between ads.
    """
    context = context or JobContext()
    ensure_application()
    folder.mkdir(exist_ok=True)
    studio = CreativeStudio(campaign)
    names = file_names(studio.all_customers)
    offers = studio.offers_of(studio.customers() if customers is None else customers)
    wanted = [(size, customer) for size in SIZES for customer in offers][:most]
    photos = studio.photos_of(tuple(offers), context)
    ads = _Ads(studio, folder, names)
    for size in SIZES:
        alike: dict[tuple[str, str | None], list[str]] = defaultdict(list)
        for each, customer in wanted:
            if each == size:
                alike[offers[customer].key, photos[customer]].append(customer)
        for (_, photo), those in alike.items():
            ads.write(those, offers[those[0]], photo, size, len(wanted), context)
    for customer, photo in studio.photos_of(tuple(offers), context).items():
        if photo != photos[customer]:
            ads.take_back(customer)
    without = () if customers is None else _without_offer(campaign, [key for key in customers if key not in offers])
    barred = tuple(
        LeftOut(customer, "photo", reason, photo=photo) for customer, photo, reason in studio.barred_photos(offers)
    )
    return WrittenAds(tuple(sorted(ads.files, key=_place)), (*ads.left_out, *barred, *without), folder)


class _Ads:
    """The files written so far."""

    def __init__(self, studio: CreativeStudio, folder: Path, names: Mapping[str, str]) -> None:
        self._studio, self._folder, self._names = studio, folder, names
        self.files: list[AdFile] = []
        self.left_out: list[LeftOut] = []
        self._done = 0

    def write(
        self, customers: Sequence[str], offer: Offer, photo: str | None, size: str, of: int, context: JobContext
    ) -> None:
        """Compose one ad and write it for all customers whose ad it is."""
        content = b""
        for customer in customers:
            context.progress(self._done / of, f"Ad {self._done + 1} of {of}")
            if not content:
                ad = self._studio.compose(self._studio.creative_with(customer, photo), size)
                if ad.is_blocked:
                    self._leave_out(customers, ad, size, photo)
                    return
                content = encode_jpeg(ad.image, WEIGHT_LIMITS.get(size))
            file = AdFile(customer, offer.key, size, f"{self._names[customer]}_{size}.jpg")
            (self._folder / file.file).write_bytes(content)
            self.files.append(file)
            self._done += 1

    def take_back(self, customer: str) -> None:
        """Remove a customer's ads: the face in them is not the one that is wanted any more."""
        for file in [file for file in self.files if file.customer == customer]:
            (self._folder / file.file).unlink()
            self.files.remove(file)
        self.left_out.append(LeftOut(customer, "changed", CHANGED))

    def _leave_out(self, customers: Sequence[str], ad: Ad, size: str, photo: str | None) -> None:
        blocking = ad.blocking
        is_photo = all(fault.slot == "photo" for fault in blocking)
        words = " ".join(dict.fromkeys(fault.words for fault in blocking))
        of = photo or "" if is_photo else ""
        self.left_out += [LeftOut(each, "photo" if is_photo else "text", words, size, of) for each in customers]
        self._done += len(customers)


def _place(file: AdFile) -> tuple[str, int]:
    return file.customer, SIZES.index(file.size)


def _without_offer(campaign: Campaign, customers: Sequence[str]) -> tuple[LeftOut, ...]:
    """Say why customers have no offer."""
    table = campaign.read_table("customers")
    if table is None or not customers:
        return ()
    wanted = set(customers)
    columns = [name for name in (SEGMENT, WITHHELD, PLANNED) if name in table.column_names]
    texts = zip(table[CUSTOMER].to_pylist(), *(table[name].to_pylist() for name in columns), strict=True)
    rows = {row[0]: dict(zip(columns, row[1:], strict=True)) for row in texts if row[0] in wanted}
    return tuple(LeftOut(each, "offer", _why_none(rows.get(each, {}))) for each in customers)


def _why_none(row: Mapping[str, object]) -> str:
    if row.get(SEGMENT) == HAS_LEFT:
        return LEFT_WORDS
    if row.get(WITHHELD):
        return WITHHELD_WORDS
    return BEYOND_WORDS if row.get(PLANNED) not in (None, NO_OFFER) else NONE_WORDS


def save_ads(
    campaign: Campaign, parent: Path, customers: Sequence[str], *, note: str = "", context: JobContext | None = None
) -> WrittenAds:
    """Write the ads of some customers into a new folder inside ``parent``, with a list of them.

    The folder is named after the campaign file; ads.csv says which file is whose, with the ``note`` in every row, and
    left-out.csv what is not among them and why. It appears when all is written. Raises PlaceError where it cannot be
    written, and JobCancelled; then nothing is left of it.
    """
    place = _free_place(parent, f"{campaign.path.stem}-ads")
    with filled_folder(place) as unfinished:
        written = write_ads(campaign, unfinished, customers=customers, context=context)
        if written.files:
            _write_list(written.files, AD_COLUMNS, unfinished / ADS_LIST, note)
        if written.left_out:
            _write_list(written.left_out, LEFT_OUT_COLUMNS, unfinished / LEFT_OUT_LIST)
    return WrittenAds(written.files, written.left_out, place)


def _free_place(parent: Path, name: str) -> Path:
    """Return the first place of a name, or of name-2, name-3 ..., where nothing is."""
    place, number = parent / name, 2
    while place.exists():
        place, number = parent / f"{name}-{number}", number + 1
    return place


def _write_list(rows: Sequence[object], columns: Sequence[str], path: Path, note: str = "") -> None:
    texts = {name: pa.array([getattr(row, name) for row in rows], pa.string()) for name in columns}
    write_csv(pa.table(texts), path, note=note)


def save_ad(
    campaign: Campaign, folder: Path, customer: str, *, replaces: bool = False, context: JobContext | None = None
) -> WrittenAds:
    """Write the ad of one customer into a folder, in all sizes or, after an error, in none.

    Raises OccupiedError where a file of that name is there already and is not to be replaced, PlaceError where the
    folder cannot be written, and JobCancelled.
    """
    with explained_place(folder), unfinished_folder(folder / campaign.path.stem) as unfinished:
        written = write_ads(campaign, unfinished, customers=[customer], context=context)
        there = [file.file for file in written.files if (folder / file.file).exists()]
        if there and not replaces:
            raise OccupiedError(there, folder)
        for file in written.files:
            (unfinished / file.file).replace(folder / file.file)
    return WrittenAds(written.files, written.left_out, folder)


def file_names(customers: Sequence[str]) -> dict[str, str]:
    """Return customers' keys as they can stand in file names everywhere; two never become one name.

    Signs other than letters, digits, "+", "-" and "_" become %XX; so do the capitals of keys that differ from another
    one by nothing else, for there are systems to which A and a are one.
    """
    plain = {customer: _escaped(customer, "") for customer in customers}
    alike = Counter(name.casefold() for name in plain.values())
    capitals = {sign for customer in customers for sign in customer if sign != sign.casefold()}
    return {
        customer: name if alike[name.casefold()] == 1 else _escaped(customer, capitals)
        for customer, name in plain.items()
    }


def _escaped(customer: str, besides: Collection[str]) -> str:
    return "".join(
        sign
        if (sign.isalnum() or sign in "+-_") and sign not in besides
        else "".join(f"%{byte:02X}" for byte in sign.encode())
        for sign in customer
    )
