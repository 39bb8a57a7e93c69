"""Whose face goes into an ad: a look-alike of the customer, or of a contact who agreed; picked, near, or nobody's."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Literal

import numpy as np

from engine.campaign import Campaign, FaceChoice, StoredMatch, consent_day
from engine.faces import LikenessScale, is_close, likeness, may_be_the_customer, pair_cosines
from engine.job import JobContext

Whose = Literal["own", "contact"]

MOST_MEASURED = 200  # photos that measure the scale; their pairs are 19,900
SCALE_DOCUMENT = "likeness"
WHOSE_DOCUMENT = "whose_face"
AT_ONCE = 5_000  # customers between two looks at whether the job was cancelled


def likeness_scale(campaign: Campaign, context: JobContext | None = None) -> LikenessScale:
    """Return the scale of likeness of a campaign's photos.

    It is measured once and kept in the campaign file, until the campaign photos change. The upper end is the demo
    people's: an inventory does not say which of its photos show one person.
    """
    context = context or JobContext()
    inventory = campaign.photo_keys("inventory")
    of = hashlib.sha256("\n".join(inventory).encode()).hexdigest()
    kept = json.loads(campaign.read_document(SCALE_DOCUMENT) or "{}")
    if kept.get("inventory") == of:
        return LikenessScale(kept["strangers"], kept["one_person"])
    scale = _measured(campaign, inventory, context)
    found = {"inventory": of, "strangers": scale.strangers, "one_person": scale.one_person}
    campaign.write_document(SCALE_DOCUMENT, json.dumps(found))
    return scale


def _measured(campaign: Campaign, inventory: tuple[str, ...], context: JobContext) -> LikenessScale:
    step = max(1, -(-len(inventory) // MOST_MEASURED))
    photos = []
    for place, key in enumerate(inventory[::step]):
        context.progress(place * step / len(inventory), "Measuring likeness")
        photos.append(campaign.photo(key))
    rows = [photo.embedding for photo in photos if photo.model == photos[0].model]
    return LikenessScale.from_pairs(pair_cosines(np.stack(rows))) if len(rows) > 1 else LikenessScale()


def day_of_consent(campaign: Campaign) -> date:
    """Return the day on which consent must hold for the ads of a campaign."""
    span = campaign.read_document("span")
    return consent_day(is_demo=campaign.is_demo, last_day=date.fromisoformat(json.loads(span)[1]) if span else None)


def whose_face(campaign: Campaign) -> Whose:
    """Return whose look-alike the ads of a campaign bear: the customer's own, or that of a contact."""
    return "contact" if campaign.read_document(WHOSE_DOCUMENT) == "contact" else "own"


def choose_whose_face(campaign: Campaign, whose: Whose) -> None:
    """Keep whose look-alike the ads bear: "own", or "contact", the most influential one who agreed.

    Choices for single customers stay.
    """
    campaign.write_document(WHOSE_DOCUMENT, whose)


@dataclass(frozen=True)
class LookAlikes:
    """The look-alikes that can stand in a customer's ad, of one person, the nearest first."""

    customer: str
    contact: str | None = None  # whose look-alikes they are; None: the customer's own
    matches: tuple[StoredMatch, ...] = ()
    picked: str | None = None  # the designer's pick

    @property
    def pick(self) -> StoredMatch | None:
        """The look-alike that the designer picked, if it is one of these."""
        return next((match for match in self.matches if match.photo == self.picked), None)

    def in_ad(self, scale: LikenessScale) -> StoredMatch | None:
        """Return the one in the ad: the pick, or the nearest if it is close; None where the ad goes without a face."""
        nearest = self.matches[0] if self.matches else None
        return self.pick or (nearest if nearest and is_close(likeness(nearest.cosine, scale)) else None)


class AdFaces:
    """Says whose look-alike goes into each customer's ad of a campaign, by its rule and by the designer's choices.

    The rule "contact" takes the most influential contact who agreed to the use of their photo and has somebody close
    in the inventory; who has none such keeps the own look-alike. A contact's face needs the contact's own consent on
    the day of the question, and that neither of the two withdrew. A photo that may show the contact is never used:
    nobody shall learn from an ad who the contact is.
    """

    def __init__(self, campaign: Campaign, scale: LikenessScale, on: date, context: JobContext | None = None) -> None:
        self._campaign = campaign
        self.scale = scale
        self.whose = whose_face(campaign)
        self._by_rule = self._influential(on, context or JobContext()) if self.whose == "contact" else {}

    def by_rule(self, customer: str, on: date) -> str | None:
        """Return the contact whose look-alike the campaign's rule gives a customer; None for the customer's own."""
        contact = self._by_rule.get(customer)
        return contact if contact is not None and self._may_be_used(contact, customer, on) else None

    def of(self, customer: str, on: date) -> LookAlikes:
        """Return the look-alikes for a customer's ad on a day."""
        return self._of(customer, self._campaign.face_choice(customer), on, self.of_contact)

    def of_contact(self, contact: str) -> tuple[StoredMatch, ...]:
        """Return a contact's look-alikes for the ads of others, those left out that may show the contact."""
        return tuple(
            match
            for match in self._campaign.matches(contact)
            if not may_be_the_customer(likeness(match.cosine, self.scale))
        )

    def can_be_used(self, contact: str, on: date) -> bool:
        """Whether a contact agreed, and has a look-alike for the ads of others."""
        return self._agreed(contact, on) and bool(self.of_contact(contact))

    def everybody(self, on: date, context: JobContext | None = None) -> tuple[LookAlikes, ...]:
        """Return the look-alikes of all who have any, by customer; of the own ones no more than the nearest."""
        context = context or JobContext()
        nearest = {match.customer: match for match in self._campaign.nearest_matches()}
        choices = {choice.customer: choice for choice in self._campaign.face_choices()}
        matches_of = cache(self.of_contact)
        found = []
        for place, customer in enumerate(sorted({*nearest, *choices, *self._by_rule})):
            if place % AT_ONCE == 0:
                context.check()
            choice = choices.get(customer)
            if choice is None and customer not in self._by_rule:
                if self._agreed(customer, on):
                    found.append(LookAlikes(customer, None, (nearest[customer],)))
                continue
            found.append(self._of(customer, choice, on, matches_of))
        return tuple(each for each in found if each.matches)

    def _of(
        self,
        customer: str,
        choice: FaceChoice | None,
        on: date,
        matches_of: Callable[[str], tuple[StoredMatch, ...]],
    ) -> LookAlikes:
        if choice is not None and choice.contact is not None and not self._may_be_used(choice.contact, customer, on):
            choice = None
        contact = self.by_rule(customer, on) if choice is None else choice.contact
        picked = None if choice is None else choice.photo
        if contact is not None:
            return LookAlikes(customer, contact, matches_of(contact), picked)
        own = self._campaign.matches(customer) if self._agreed(customer, on) else ()
        return LookAlikes(customer, None, own, picked)

    def _agreed(self, person: str, on: date) -> bool:
        consent = self._campaign.consent(person)
        return consent is not None and consent.holds(on)

    def _may_be_used(self, contact: str, customer: str, on: date) -> bool:
        own = self._campaign.consent(customer)
        return self._agreed(contact, on) and (own is None or own.withdrawn_on is None)

    def _influential(self, on: date, context: JobContext) -> dict[str, str]:
        """Return each customer's most influential contact who can stand in their ad."""
        from engine.social import leading_contacts

        can_stand = []
        for match in self._campaign.nearest_matches():
            context.check()
            if is_close(likeness(match.cosine, self.scale)) and self._agreed(match.customer, on):
                of = LookAlikes(match.customer, match.customer, self.of_contact(match.customer))
                if of.in_ad(self.scale) is not None:
                    can_stand.append(match.customer)
        return leading_contacts(self._campaign, can_stand)
