"""Whose face goes into an ad: a look-alike of the customer, or of a contact who agreed; picked, near, or nobody's."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache, cached_property
from typing import Literal

import numpy as np

from engine.campaign import Campaign, FaceChoice, StoredMatch, consent_day
from engine.columns import CUSTOMER, NO_OFFER, OFFER
from engine.faces import LikenessScale, is_close, likeness, may_be_the_customer, pair_cosines
from engine.inventory.assignment import NOBODY, assign_with_cap
from engine.inventory.rights import Clearance
from engine.inventory.settings import match_settings
from engine.job import JobContext

MatchesOf = Callable[[str], tuple[StoredMatch, ...]]
BansOf = Callable[[str], frozenset[str]]
Whose = Literal["own", "contact"]

MOST_MEASURED = 200  # photos that measure the scale; their pairs are 19,900
SCALE_DOCUMENT = "likeness"
WHOSE_DOCUMENT = "whose_face"
SHOWN = 5  # look-alikes that pages show of a customer
NONE_BANNED: frozenset[str] = frozenset()
AT_ONCE = 5_000  # customers between two looks at whether the job was cancelled


def likeness_scale(campaign: Campaign, context: JobContext | None = None) -> LikenessScale:
    """Return the scale of likeness of a campaign's photos.

    It is measured once and kept in the campaign file, until the campaign photos change, or all were read by another
    network. The upper
    end is the demo people's: an inventory does not say which of its photos show one person.
    """
    context = context or JobContext()
    models = campaign.inventory.models()
    of = hashlib.sha256("\n".join([*models, *sorted({*models.values()})]).encode()).hexdigest()
    kept = json.loads(campaign.read_document(SCALE_DOCUMENT) or "{}")
    is_between = kept and len({*models.values()}) > 1  # networks: the ads still show what the one before found
    if kept.get("inventory") == of or is_between:
        return LikenessScale(kept["strangers"], kept["one_person"])
    scale = _measured(campaign, context)
    found = {"inventory": of, "strangers": scale.strangers, "one_person": scale.one_person}
    campaign.write_document(SCALE_DOCUMENT, json.dumps(found))
    return scale


def _measured(campaign: Campaign, context: JobContext) -> LikenessScale:
    context.check()
    keys, embeddings, models = campaign.inventory.embeddings()
    step = max(1, -(-len(keys) // MOST_MEASURED))
    rows = [place for place in range(0, len(keys), step) if models[place] == models[0]]
    return LikenessScale.from_pairs(pair_cosines(embeddings[rows])) if len(rows) > 1 else LikenessScale()


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
    """The look-alikes that can stand in a customer's ad, of one person, the most alike first."""

    customer: str
    contact: str | None = None  # whose look-alikes they are; None: the customer's own
    matches: tuple[StoredMatch, ...] = ()
    picked: str | None = None  # the designer's pick
    is_shared_out: bool = False  # whether photos are shared out among the ads, since none may be in too many
    share: str | None = None  # the photo that fell to this ad then; None: none did

    @property
    def pick(self) -> StoredMatch | None:
        """The look-alike that the designer picked, if it is one of these."""
        return self._by_key(self.picked)

    def in_ad(self, scale: LikenessScale) -> StoredMatch | None:
        """Return the one in the ad: the pick, or what fell to it, or the first who is close; None without a face."""
        if self.pick is not None:
            return self.pick
        close = (match for match in self.matches if is_close(likeness(match.cosine, scale)))
        return self._by_key(self.share) if self.is_shared_out else next(close, None)

    def _by_key(self, photo: str | None) -> StoredMatch | None:
        return next((match for match in self.matches if match.photo == photo), None)


class AdFaces:
    """Says whose look-alike goes into each customer's ad of a campaign, by its rule and by the designer's choices.

    The rule "contact" takes the most influential contact who agreed to the use of their photo and has somebody close
    in the inventory; who has none such keeps the own look-alike. A contact's face needs the contact's own consent on
    the day of the question, and that neither of the two withdrew. A photo that may show the contact is never used:
    nobody shall learn from an ad who the contact is. Nor is a photo used without the rights to it on that day, or one
    that is banned for the customer or for the contact. Where the campaign limits how many ads a photo may be in, the
    photos are shared out when this is made, so that all ads together are the most alike.
    """

    def __init__(self, campaign: Campaign, scale: LikenessScale, on: date, context: JobContext | None = None) -> None:
        context = context or JobContext()
        self._campaign = campaign
        self.scale = scale
        self.whose = whose_face(campaign)
        self._by_rule = self._influential(on, context) if self.whose == "contact" else {}
        self._shares: dict[str, str | None] | None = None
        most_ads = match_settings(campaign).most_ads
        if most_ads is not None:
            ads = [each for each in self._everybody(on, context, whole=True) if self.has_ad(each.customer)]
            self._shares = shared_out(ads, scale, most_ads, context)

    @cached_property
    def _with_offer(self) -> frozenset[str] | None:
        table = self._campaign.read_table("customers", [CUSTOMER, OFFER])
        if table is None:
            return None
        offers = zip(table[CUSTOMER].to_pylist(), table[OFFER].to_pylist(), strict=True)
        return frozenset(customer for customer, offer in offers if offer != NO_OFFER)

    def has_ad(self, customer: str) -> bool:
        """Whether there is an offer for a customer, and so an ad; asked once when this is used, not again."""
        return self._with_offer is None or customer in self._with_offer

    def by_rule(self, customer: str, on: date) -> str | None:
        """Return the contact whose look-alike the campaign's rule gives a customer; None for the customer's own."""
        contact = self._by_rule.get(customer)
        return contact if contact is not None and self._may_be_used(contact, customer, on) else None

    def of(self, customer: str, on: date) -> LookAlikes:
        """Return the look-alikes for a customer's ad on a day."""
        choice, bans = self._campaign.face_choice(customer), self._campaign.inventory.bans
        return self._of(customer, choice, on, lambda person: self._usable(person, on, bans), bans)

    def of_contact(self, contact: str, on: date) -> tuple[StoredMatch, ...]:
        """Return a contact's look-alikes for the ads of others, those left out that may show the contact."""
        return self._unknown(self._usable(contact, on, self._campaign.inventory.bans))

    def can_be_used(self, contact: str, on: date) -> bool:
        """Whether a contact agreed, and has a look-alike for the ads of others."""
        return self.has_agreed(contact, on) and bool(self.of_contact(contact, on))

    def everybody(self, on: date, context: JobContext | None = None) -> tuple[LookAlikes, ...]:
        """Return the look-alikes of all who have any, by customer; of the own ones sometimes the nearest alone."""
        return self._everybody(on, context or JobContext(), whole=self._shares is not None)

    def _everybody(self, on: date, context: JobContext, *, whole: bool) -> tuple[LookAlikes, ...]:
        """Return the look-alikes of all; unless they are wanted ``whole``, the nearest alone where it may be used.

        Who is close comes before who is not, so that it is the one in the ad, if any is.
        """
        campaign = self._campaign
        nearest = {match.customer: match for match in campaign.nearest_matches()}
        choices = {choice.customer: choice for choice in campaign.face_choices()}
        all_bans, clearance = campaign.inventory.all_bans(), Clearance.read(campaign, on)

        def bans(person: str) -> frozenset[str]:
            return all_bans.get(person, NONE_BANNED)

        matches_of = cache(lambda person: self._usable(person, on, bans, clearance))
        found = []
        for place, customer in enumerate(sorted({*nearest, *choices, *self._by_rule})):
            if place % AT_ONCE == 0:
                context.check()
            choice, first = choices.get(customer), nearest.get(customer)
            is_plain = not whole and choice is None and customer not in self._by_rule and first is not None
            if is_plain and first is not None and _is_usable(first, bans(customer), clearance):
                if self.has_agreed(customer, on):
                    found.append(LookAlikes(customer, None, (first,)))
                continue
            found.append(self._of(customer, choice, on, matches_of, bans))
        return tuple(each for each in found if each.matches)

    def _of(
        self, customer: str, choice: FaceChoice | None, on: date, matches_of: MatchesOf, bans: BansOf
    ) -> LookAlikes:
        if choice is not None and choice.contact is not None and not self._may_be_used(choice.contact, customer, on):
            choice = None
        contact = self.by_rule(customer, on) if choice is None else choice.contact
        picked = None if choice is None else choice.photo
        if contact is not None:
            matches = self._unknown(matches_of(contact))
        else:
            matches = matches_of(customer) if self.has_agreed(customer, on) else ()
        banned = bans(customer)
        matches = tuple(match for match in matches if match.photo not in banned)
        shares = self._shares
        share = None if shares is None else shares.get(customer)
        return LookAlikes(customer, contact, _shown_first(matches, picked, share), picked, shares is not None, share)

    def _usable(
        self, person: str, on: date, bans: BansOf, clearance: Clearance | None = None
    ) -> tuple[StoredMatch, ...]:
        """Return a person's look-alikes, without those that are banned for them or may not be used on that day."""
        matches, banned = self._campaign.matches(person), bans(person)
        clearance = clearance or Clearance.read(self._campaign, on, [match.photo for match in matches])
        if not banned and clearance.bars_nothing:
            return matches
        return tuple(match for match in matches if _is_usable(match, banned, clearance))

    def _unknown(self, matches: tuple[StoredMatch, ...]) -> tuple[StoredMatch, ...]:
        """Return the look-alikes that surely do not show the person themselves."""
        return tuple(match for match in matches if not may_be_the_customer(likeness(match.cosine, self.scale)))

    def has_agreed(self, person: str, on: date) -> bool:
        """Whether a person's consent to the use of their photo holds on a day."""
        consent = self._campaign.consent(person)
        return consent is not None and consent.holds(on)

    def _may_be_used(self, contact: str, customer: str, on: date) -> bool:
        own = self._campaign.consent(customer)
        return self.has_agreed(contact, on) and (own is None or own.withdrawn_on is None)

    def _influential(self, on: date, context: JobContext) -> dict[str, str]:
        """Return each customer's most influential contact who can stand in their ad."""
        from engine.social import leading_contacts

        can_stand = []
        for match in self._campaign.nearest_matches():
            context.check()
            if is_close(likeness(match.cosine, self.scale)) and self.has_agreed(match.customer, on):
                of = LookAlikes(match.customer, match.customer, self.of_contact(match.customer, on))
                if of.in_ad(self.scale) is not None:
                    can_stand.append(match.customer)
        return leading_contacts(self._campaign, can_stand)


def _is_usable(match: StoredMatch, banned: frozenset[str], clearance: Clearance) -> bool:
    return match.photo not in banned and (clearance.bars_nothing or clearance.reason(match.photo) is None)


def _shown_first(matches: tuple[StoredMatch, ...], *photos: str | None) -> tuple[StoredMatch, ...]:
    """Return the look-alikes with what is in the ad among the first, which are shown."""
    moved = [match for match in matches[SHOWN:] if match.photo in photos]
    return matches if not moved else (*moved, *(match for match in matches if match not in moved))


def shared_out(
    everybody: Sequence[LookAlikes], scale: LikenessScale, most_ads: int, context: JobContext | None = None
) -> dict[str, str | None]:
    """Share the photos out among the ads, each in ``most_ads`` at most, so that all together are the most alike.

    Picks stay, and count. Returns each customer's photo, None where none is left that is close.
    """
    photos = sorted({match.photo for each in everybody for match in each.matches})
    place = {photo: number for number, photo in enumerate(photos)}
    capacity = np.full(len(photos), most_ads, np.intp)
    free = []
    for each in everybody:
        if each.pick is None:
            free.append(each)
        else:
            capacity[place[each.pick.photo]] -= 1
    width = max((len(each.matches) for each in free), default=0)
    candidates = np.full((len(free), width), NOBODY, np.intp)
    worth = np.zeros((len(free), width))
    for row, each in enumerate(free):
        for column, match in enumerate(each.matches):
            candidates[row, column] = place[match.photo]
            worth[row, column] = _worth(match, scale)
    chosen = assign_with_cap(candidates, worth, np.maximum(capacity, 0), context)
    return {each.customer: None if one == NOBODY else photos[one] for each, one in zip(free, chosen, strict=True)}


def photo_usage(faces: AdFaces, on: date, context: JobContext | None = None) -> Counter[str]:
    """Return in how many ads each photo is; photos in none are left out."""
    has_ad = faces.has_ad
    shown = (each.in_ad(faces.scale) for each in faces.everybody(on, context) if has_ad(each.customer))
    return Counter(match.photo for match in shown if match is not None)


def _worth(match: StoredMatch, scale: LikenessScale) -> float:
    """Return what it is worth to show a look-alike: more than nothing for whoever is close."""
    if not is_close(likeness(match.cosine, scale)):
        return 0.0
    share = (match.cosine - scale.strangers) / (scale.one_person - scale.strangers)
    return max(1e-3, share if match.score is None else match.score)
