"""The photos of a campaign's customers: read with their consent, and kept in the campaign file."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from engine.campaign import Campaign, Consent, require_consent
from engine.errors import ConsentError, PhotoError
from engine.faces import Portrait, RefusedPhoto, customer_portrait, photo_paths
from engine.inventory.appearance import appearance_of
from engine.inventory.matching import PREFIX
from engine.inventory.stored_photo import stored_photo, subject_of
from engine.job import JobContext


@dataclass(frozen=True)
class CustomerPhotos:
    """What became of the customers' photos."""

    customers: tuple[str, ...]  # whose face was read
    refused: tuple[RefusedPhoto, ...]
    without_consent: int


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
                keep_portrait(campaign, customer, portrait, on)
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


def keep_portrait(campaign: Campaign, customer: str, portrait: Portrait, on: date) -> None:
    """Keep a customer's photo with its face, and hair and age as they look.

    Raises ConsentError, before hair and age are looked at, unless the customer's consent holds ``on`` that day.
    """
    require_consent(customer, campaign.consent(customer), on)
    subject = subject_of(portrait.rgb, portrait.face)
    key = f"{PREFIX}{customer}"
    stored = stored_photo(portrait.rgb, subject, portrait.face)
    photo = stored(key=key, role="customer", customer=customer, embedding=portrait.face.embedding)
    appearance = appearance_of(portrait.rgb, portrait.face)
    with campaign.transaction():
        campaign.add_photo(photo, on=on)
        campaign.inventory.measure(key, appearance)
