"""A campaign's photos: the inventory and the customers' own, read, kept in the campaign file and matched."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from engine.campaign import Campaign, Consent, consent_day, require_consent
from engine.columns import CUSTOMER, PHOTO_CONSENT
from engine.errors import ConsentError, InputError, PhotoError
from engine.faces import Portrait, RefusedPhoto, customer_portrait, photo_paths
from engine.inventory import apply_rights, import_photos, match_everybody, read_rights
from engine.inventory.appearance import appearance_of
from engine.inventory.matching import PREFIX
from engine.inventory.network import embedder_of, keep_embedder, reader_of
from engine.inventory.stored_photo import stored_photo, subject_of
from engine.job import JobContext
from engine.look_alikes import likeness_scale

if TYPE_CHECKING:
    from engine.campaign_inputs import CampaignInputs
    from engine.customer_base import CustomerBase


@dataclass(frozen=True)
class PhotosRead:
    """What became of all the photos of a campaign."""

    refused: tuple[RefusedPhoto, ...]  # and the rows of the table of rights that cannot be used
    without_consent: int
    matched: int  # customers


def read_photos(campaign: Campaign, inputs: CampaignInputs, base: CustomerBase, context: JobContext) -> PhotosRead:
    """Read the inventory, its rights and the customers' photos, as far as there is consent, and match the customers.

    Raises InputError if no photo of the inventory can be used, or the table of rights cannot be read.
    """
    rights = None if inputs.rights is None else read_rights(inputs.rights)
    consents = _consents(base, campaign)
    on = consent_day(is_demo=campaign.is_demo, last_day=base.span[1])
    with campaign.transaction():
        for consent in consents.values():
            context.check()
            campaign.record_consent(consent)
    if inputs.embedder != embedder_of(campaign):
        keep_embedder(campaign, inputs.embedder)
    inventory = import_photos(campaign, [inputs.inventory], context.part(0.0, 0.6))
    campaign.inventory.remove(inventory.gone)
    if not campaign.photo_keys("inventory"):
        raise InputError(f"No photo in {inputs.inventory} can be used. The first one: {inventory.refused[0].reason}")
    refused = list(inventory.refused)
    if rights is not None and inputs.rights is not None:
        refused += [RefusedPhoto(inputs.rights, one.sentence) for one in apply_rights(campaign, rights).problems]
    customers = base.customers[CUSTOMER].to_list()
    own = store_customer_photos(campaign, inputs.photos, consents, customers, on, context.part(0.6, 0.95))
    matched = match_everybody(campaign, likeness_scale(campaign), on, context.part(0.95, 1.0))
    return PhotosRead((*refused, *own.refused), own.without_consent, matched)


def _consents(base: CustomerBase, campaign: Campaign) -> dict[str, Consent]:
    """Return the consent records that the customer list carries, all but those withdrawn since they were given."""
    withdrawn = {one.customer: one for one in campaign.withdrawn_consents()}
    rows = base.customers.loc[base.customers[PHOTO_CONSENT].notna(), [CUSTOMER, PHOTO_CONSENT]]
    given = (Consent(key, given_on.date(), base.customer_list) for key, given_on in rows.itertuples(index=False))
    return {each.customer: each for each in given if not each.is_overruled_by(withdrawn.get(each.customer))}


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
    reader = reader_of(campaign, context)
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
                portrait = customer_portrait(customer, path, consents.get(customer), on, reader=reader)
                keep_portrait(campaign, customer, portrait, on, by_hand=False)
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


def keep_portrait(campaign: Campaign, customer: str, portrait: Portrait, on: date, *, by_hand: bool = True) -> None:
    """Keep a customer's photo with its face, and hair and age as they look.

    One that a person chose ``by_hand`` stays when the campaign is read again, in the place of the folder's.
    Raises ConsentError, before hair and age are looked at, unless the customer's consent holds ``on`` that day.
    """
    require_consent(customer, campaign.consent(customer), on)
    subject = subject_of(portrait.rgb, portrait.face)
    key = f"{PREFIX}{customer}"
    stored = stored_photo(portrait.rgb, subject, portrait.face, portrait.face.model)
    photo = stored(key=key, role="customer", customer=customer, embedding=portrait.face.embedding, by_hand=by_hand)
    appearance = appearance_of(portrait.rgb, portrait.face)
    with campaign.transaction():
        campaign.add_photo(photo, on=on)
        campaign.inventory.measure(key, appearance)
