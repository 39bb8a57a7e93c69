"""Personal creatives: a customer's offer and look-alike, composed with the templates that the campaign file keeps."""

from __future__ import annotations

import base64
import tempfile
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import pyarrow.compute as pc

from engine.ads import (
    Ad,
    AdCopy,
    Fault,
    FaultKind,
    LayerCache,
    Portrait,
    TemplateFamily,
    compose,
    families,
    load_family,
    logo_of,
    read_logo,
)
from engine.campaign import Campaign, StoredPhoto
from engine.columns import CUSTOMER, NO_OFFER, OFFER
from engine.errors import InputError
from engine.faces import decode_photo
from engine.inventory.rights import Clearance, release_unknown
from engine.job import JobContext
from engine.look_alikes import AdFaces, day_of_consent, likeness_scale
from engine.offers import Offer
from engine.resources import resource

SIZES = ("1080x1080", "1200x628")  # in the order in which they are made
TEMPLATE_DOCUMENT = "template"  # the family for all ads, instead of each offer's own
LOGO_DOCUMENT = "logo"  # PNG in base64, instead of the mark that the families were drawn with
FEW = 50  # customers whose look-alikes are asked for one by one
SAMPLE_LOGO = Fault(FaultKind.SAMPLE_LOGO, "logo", "The logo is the sample's, not yours.")


@dataclass(frozen=True)
class Creative:
    """What one customer is shown: the offer, the inventory photo in it if any, and the family that draws them."""

    customer: str
    offer: Offer
    photo: StoredPhoto | None
    family: str


class CreativeStudio:
    """Composes ads for one open campaign; loads each template family and each still layer once."""

    def __init__(self, campaign: Campaign) -> None:
        self._campaign = campaign
        self._offers = {offer.key: offer for offer in campaign.offers()}
        self._template = campaign.read_document(TEMPLATE_DOCUMENT)
        self._families: dict[str, TemplateFamily] = {}
        self._layers = LayerCache()
        logo = campaign.read_document(LOGO_DOCUMENT)
        self._logo = None if logo is None else logo_of(base64.b64decode(logo))
        self._faults = (SAMPLE_LOGO,) if logo is None and not campaign.is_demo else ()
        self._on = day_of_consent(campaign)
        table = campaign.read_table("customers", [CUSTOMER, OFFER])
        if table is None:
            raise InputError(f"{campaign.path.name} holds no recommendations yet. Run the campaign first.")
        self._recommended = table.combine_chunks()

    @cached_property
    def faces(self) -> AdFaces:
        """Whose look-alike goes into each ad."""
        return AdFaces(self._campaign, likeness_scale(self._campaign), self._on)

    def offer_of(self, customer: str) -> Offer | None:
        """Return the offer recommended to a customer, or None."""
        row = pc.index(self._recommended[CUSTOMER], customer).as_py()
        return None if row < 0 else self._offers.get(self._recommended[OFFER][row].as_py())

    @property
    def all_customers(self) -> list[str]:
        """Return every customer of the campaign, with an offer or without."""
        return [str(key) for key in self._recommended[CUSTOMER].to_pylist()]

    def offers_of(self, customers: Sequence[str]) -> dict[str, Offer]:
        """Return the offers recommended to customers, in their order; who has none is left out."""
        wanted = frozenset(customers)
        of = zip(self._recommended[CUSTOMER].to_pylist(), self._recommended[OFFER].to_pylist(), strict=True)
        known = {
            customer: self._offers[offer] for customer, offer in of if customer in wanted and offer in self._offers
        }
        return {customer: known[customer] for customer in customers if customer in known}

    def photos_of(self, customers: Sequence[str], context: JobContext | None = None) -> dict[str, str | None]:
        """Return the inventory photo in the ad of each customer, None for an ad without a face."""
        faces, on = self.faces, self._on
        if len(customers) <= FEW:
            shown = {customer: faces.of(customer, on) for customer in customers}
        else:
            shown = {each.customer: each for each in faces.everybody(on, context)}
        found = {customer: each.in_ad(faces.scale) for customer, each in shown.items()}
        return {customer: None if (one := found.get(customer)) is None else one.photo for customer in customers}

    def barred_photos(self, customers: Collection[str]) -> tuple[tuple[str, str, str], ...]:
        """Return customer, photo and reason where the photo that was picked, or is the most alike, may not be used."""
        campaign, faces, on = self._campaign, self.faces, self._on
        clearance = Clearance.read(campaign, on)
        if clearance.bars_nothing:
            return ()
        nearest = {match.customer: match.photo for match in campaign.nearest_matches()}
        choices = {choice.customer: choice for choice in campaign.face_choices()}
        found = []
        for customer in customers:
            choice = choices.get(customer)
            person = (faces.by_rule(customer, on) if choice is None else choice.contact) or customer
            picked = None if choice is None else choice.photo
            photo = picked or nearest.get(person)
            reason = None if photo is None else clearance.reason(photo)
            if photo is not None and reason is not None and faces.has_agreed(person, on):
                found.append((customer, photo, reason))
        return tuple(found)

    def customers(self) -> tuple[str, ...]:
        """Return the customers who get an ad of their own: those with an offer and look-alikes, by key.

        Without one, the ad would be the same for all who get the same offer.
        """
        with_offer = self._recommended.filter(pc.not_equal(self._recommended[OFFER], NO_OFFER))
        wanted = frozenset(with_offer[CUSTOMER].to_pylist())
        return tuple(each.customer for each in self.faces.everybody(self._on) if each.customer in wanted)

    def creative(self, customer: str) -> Creative:
        """Return what goes into a customer's ad: the designer's pick, or the nearest face if it is close, or none.

        Raises InputError if the customer has no offer.
        """
        shown = self.faces.of(customer, self._on).in_ad(self.faces.scale)
        return self.creative_with(customer, None if shown is None else shown.photo)

    def creative_with(self, customer: str, photo: str | None) -> Creative:
        """Return what goes into a customer's ad with one inventory photo, or without a face.

        Raises InputError if the customer has no offer.
        """
        offer = self.offer_of(customer)
        if offer is None:
            raise InputError(f"Customer {customer} has no offer, so there is no ad to make.")
        stored = None if photo is None else self._campaign.photo(photo)
        return Creative(customer, offer, stored, self._template or offer.template)

    def compose(self, creative: Creative, size: str, *, scale: float = 1.0) -> Ad:
        """Compose the ad of a size such as "1080x1080"; ``scale`` makes a smaller picture with the same breaks."""
        photo = creative.photo
        portrait = None if photo is None else Portrait(decode_photo(photo.jpeg), photo.box, photo.hair_top)
        ad = compose(
            self._family(creative.family), size, copy_of(creative.offer), portrait,
            logo=self._logo, scale=scale, layers=self._layers,
        )  # fmt: skip
        faults = () if photo is None else self._rights_faults(photo.key)
        faults += self._faults if creative.family in families() else ()
        return replace(ad, faults=ad.faults + faults) if faults else ad

    def _rights_faults(self, photo: str) -> tuple[Fault, ...]:
        """Say whether a photo may not be used, or nothing says that it may; the demo's people agreed."""
        clearance = Clearance.read(self._campaign, self._on, [photo])
        barred = clearance.reason(photo)
        if barred is not None:
            return (Fault(FaultKind.RIGHTS, "photo", barred),)
        unknown = None if self._campaign.is_demo else release_unknown(clearance.rights.get(photo), photo)
        return () if unknown is None else (Fault(FaultKind.RELEASE, "photo", unknown),)

    def _family(self, key: str) -> TemplateFamily:
        if key not in self._families:
            with tempfile.TemporaryDirectory(prefix="semblance-") as folder:
                self._campaign.unpack_template(key, Path(folder, key))
                self._families[key] = load_family(Path(folder, key))
        return self._families[key]


def copy_of(offer: Offer) -> AdCopy:
    """Return the words of an offer's ad."""
    return AdCopy(
        headline=offer.headline,
        headline_short=offer.headline_short,
        body=offer.body,
        price=offer.price,
        unit=offer.unit,
        cta=offer.cta,
        cta_short=offer.cta_short,
        legal=offer.legal,
        legal_short=offer.legal_short,
        has_handset=offer.has_handset,
        language=offer.language,
    )


def template_folder(chosen: str) -> Path:
    """Return the folder of a template family: one of the program's, by its name, or one from outside, by its path.

    Raises InputError if there is neither; what the folder holds is checked when it is loaded.
    """
    if chosen in families():
        return resource("templates", chosen)
    path = Path(chosen)
    folder = path.parent if path.is_file() else path
    if not (folder / "template.toml").is_file():
        raise InputError(
            f"{chosen} is no template family: there is no template.toml. Choose one of {', '.join(families())}, or a "
            "folder that holds one."
        )
    return folder


def keep_templates(campaign: Campaign, offers: tuple[Offer, ...], chosen: str | None) -> None:
    """Keep in the campaign file the families that its ads need: ``chosen`` for all ads, or each offer's own.

    Raises InputError or TemplateError if the chosen one cannot be used.
    """
    folders = [template_folder(chosen)] if chosen else [template_folder(offer.template) for offer in offers]
    for folder in dict.fromkeys(folders):
        family = load_family(folder)
        for size in SIZES:
            family.variants(size)
        names = ["template.toml", *dict.fromkeys(sheet.file for sheet in family.sheets)]
        campaign.write_template(family.key, {name: Path(folder, name).read_bytes() for name in names})
    if chosen:
        campaign.write_document(TEMPLATE_DOCUMENT, family.key)


def keep_logo(campaign: Campaign, picture: Path) -> None:
    """Keep in the campaign file the logo that its ads shall bear. Raises PhotoError or InputError if it cannot be."""
    campaign.write_document(LOGO_DOCUMENT, base64.b64encode(read_logo(picture)).decode("ascii"))
