"""A campaign's photos: read, kept in the campaign file, and each customer matched with the inventory."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path

from engine.campaign import Campaign, Consent, StoredMatch, StoredPhoto
from engine.errors import ConsentError, InputError, PhotoError
from engine.faces import (
    Gallery,
    GalleryPhoto,
    RefusedPhoto,
    customer_portrait,
    encode_photo,
    facenet_sha256,
    hair_top,
)
from engine.faces.detector import Detection, FloatArray
from engine.faces.gallery import photo_paths
from engine.faces.photo import RgbArray
from engine.job import JobContext

NEAREST = 5
LONGEST_SIDE = 1600  # pixels of a stored photo; enough for an ad of 1080 x 1920


@dataclass(frozen=True)
class CustomerPhotos:
    """What became of the customers' photos."""

    customers: tuple[str, ...]  # whose face was read
    refused: tuple[RefusedPhoto, ...]
    without_consent: int


def store_inventory(campaign: Campaign, folder: Path, context: JobContext) -> Gallery:
    """Read the campaign photos of a folder into the campaign file. Raises InputError if none can be used."""

    def keep(photo: GalleryPhoto, rgb: RgbArray) -> Callable[[FloatArray], None]:
        stored = _stored(photo.name, None, rgb, photo.face)
        return lambda embedding: campaign.add_photo(stored(embedding=embedding))

    with campaign.transaction():
        gallery = Gallery.from_folder(folder, context, keep=keep)
    if not gallery.photos:
        raise InputError(f"No photo in {folder} can be used. The first one: {gallery.refused[0].reason}")
    return gallery


def store_customer_photos(
    campaign: Campaign, folder: Path, consents: Mapping[str, Consent], customers: Iterable[str], on: date,
    context: JobContext,
) -> CustomerPhotos:  # fmt: skip
    """Read the photos of the customers who agreed to it; a file is named by its customer ("018204.jpg").

    Anything after the first space or underscore of the name is passed over. A photo without consent is not opened.
    Raises InputError if the folder holds no photos.
    """
    paths = photo_paths(folder)
    known = frozenset(customers)
    read: dict[str, Path] = {}
    refused: list[RefusedPhoto] = []
    without_consent = 0
    with campaign.transaction():
        for done, path in enumerate(paths):
            context.progress(done / len(paths), f"Reading {path.name}")
            customer = customer_of(path, known)
            try:
                if customer is None:
                    raise PhotoError(
                        f"{path.name} names no customer of the list. Name it by its customer, as in 018204.jpg."
                    )
                if customer in read:
                    raise PhotoError(
                        f"{path.name} is a second photo of customer {customer}; {read[customer].name} is used."
                    )
                portrait = customer_portrait(customer, path, consents.get(customer), on)
                stored = _stored(f"customer:{customer}", customer, portrait.rgb, portrait.face)
                campaign.add_photo(stored(embedding=portrait.face.embedding), on=on)
                read[customer] = path
            except ConsentError:
                without_consent += 1
            except PhotoError as error:
                refused.append(RefusedPhoto(path, str(error)))
    return CustomerPhotos(tuple(read), tuple(refused), without_consent)


def customer_of(path: Path, known: frozenset[str]) -> str | None:
    """Return the customer whom a photo's file name names, or None."""
    return next((name for name in names_of(path) if name in known), None)


def names_of(path: Path) -> tuple[str, str, str]:
    """Return the customers whom a photo's file name may name: the whole of it, or what stands before the first gap."""
    stem = path.stem
    return stem, stem.split(" ")[0], stem.split("_")[0]


def match_customers(campaign: Campaign, gallery: Gallery, customers: Iterable[str], context: JobContext) -> int:
    """Find each customer's nearest inventory photos and keep them; return how many customers have a match."""
    matches: list[StoredMatch] = []
    wanted = tuple(customers)
    for done, customer in enumerate(wanted):
        context.progress(done / len(wanted), f"Customer {customer}")
        photo = campaign.customer_photo(customer)
        if photo is not None:
            found = gallery.search(photo.embedding, NEAREST, model=photo.model)
            matches += [StoredMatch(customer, match.photo, match.rank, match.cosine) for match in found]
    with campaign.transaction():
        campaign.write_matches(matches)
    return len({match.customer for match in matches})


def _stored(key: str, customer: str | None, rgb: RgbArray, face: Detection) -> Callable[..., StoredPhoto]:
    """Return what makes a photo as it is kept of its embedding; it holds the picture encoded, not its pixels.

    The picture is at most LONGEST_SIDE and without metadata, the face in the kept picture's pixels.
    """
    height, width = rgb.shape[:2]
    scale = min(1.0, LONGEST_SIDE / max(width, height))
    x, y, w, h = (float(value) * scale for value in face.box)
    return partial(
        StoredPhoto,
        key=key,
        role="inventory" if customer is None else "customer",
        customer=customer,
        jpeg=encode_photo(rgb, LONGEST_SIDE),
        width=max(1, round(width * scale)),
        height=max(1, round(height * scale)),
        box=(x, y, w, h),
        points=face.points * scale,
        score=float(face.score),
        hair_top=hair_top(rgb, face) * scale,
        model=facenet_sha256(),
    )
