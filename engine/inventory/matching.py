"""Ranks the inventory for every customer with a photo, and keeps the best in the campaign file."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date

import numpy as np

from engine.campaign import Appearance, Campaign, FaceChoice, StoredMatch
from engine.faces.gallery import TIE_DIGITS
from engine.faces.likeness import LikenessScale
from engine.inventory.faces import Looks
from engine.inventory.metric import Metric
from engine.inventory.ranking import BLOCK, SHOWN, RankedFace, best_places, parts_of, rank, scores_of
from engine.inventory.rights import Clearance
from engine.inventory.settings import MatchSettings, MatchWeights, match_settings
from engine.job import JobContext

KEPT = 20  # look-alikes of each customer, so that bans and ended rights leave enough
PREFIX = "customer:"  # of the keys of customers' photos


@dataclass(frozen=True, eq=False)
class Matcher:
    """The inventory's faces with what may be used of them on a day, read once; ranks for one customer at once."""

    campaign: Campaign
    faces: Looks
    clearance: Clearance
    scale: LikenessScale
    settings: MatchSettings
    metric: Metric | None = None

    @classmethod
    def read(cls, campaign: Campaign, scale: LikenessScale, on: date) -> Matcher:
        """Read it; for 10,000 photos that takes a fraction of a second, so call it in a job."""
        faces, settings = Looks.read(campaign), match_settings(campaign)
        metric = None if settings.metric is None else settings.metric.read(campaign, faces.models)
        return cls(campaign, faces, Clearance.read(campaign, on), scale, settings, metric)

    def rank(self, customer: str, weights: MatchWeights | None = None, most: int = SHOWN) -> tuple[RankedFace, ...]:
        """Rank the inventory for a customer under these weights, or the campaign's; () without a photo of theirs.

        The designer's pick comes first; bans and what may not be used are left out.
        """
        probe = self.probe(customer)
        if probe is None or not len(self.faces):
            return ()
        choice = self.campaign.face_choice(customer)
        pins = {choice.photo} if choice is not None and choice.contact is None and choice.photo is not None else set()
        return rank(
            probe, self.faces, weights or self.settings.weights, self.scale, metric=self.metric,
            pins=pins, bans=self.barred | self.campaign.inventory.bans(customer), most=most,
        )  # fmt: skip

    def probe(self, customer: str) -> Looks | None:
        """Return a customer's face as ``rank`` takes it; None without a photo."""
        photo = self.campaign.customer_photo(customer)
        if photo is None:
            return None
        known = self.campaign.inventory.appearances([photo.key])
        return Looks.of((photo.key,), photo.embedding[None], list(known.values()) or [Appearance()], (photo.model,))

    @property
    def barred(self) -> frozenset[str]:
        """The photos that may not be used."""
        if self.clearance.bars_nothing:
            return frozenset()
        return frozenset(key for key in self.faces.keys if self.clearance.reason(key) is not None)


def match_everybody(campaign: Campaign, scale: LikenessScale, on: date, context: JobContext | None = None) -> int:
    """Rank the inventory for each customer with a photo by the campaign's weights, and keep the best.

    Bans, and what may not be used on that day, are left out. Returns how many customers have a look-alike. Raises
    ModelError if the photos were not all read by one network, JobCancelled; then the earlier look-alikes stay.
    """
    context = context or JobContext()
    matcher, customers = Matcher.read(campaign, scale, on), Looks.read(campaign, "customer")
    cleared = np.array([key not in matcher.barred for key in matcher.faces.keys], bool)
    faces = matcher.faces.only(np.flatnonzero(cleared))
    found = 0
    with campaign.transaction():
        campaign.clear_matches()
        for start in range(0, len(customers), BLOCK):
            context.progress(start / len(customers), f"Matching customer {start + 1:,} of {len(customers):,}")
            block = customers.only(np.arange(start, min(start + BLOCK, len(customers))))
            rows = list(_matches(block, faces, matcher, campaign.inventory.all_bans()))
            campaign.write_matches(rows)
            found += len({row.customer for row in rows})
        for choice in campaign.face_choices():
            if choice.photo is not None:
                _keep_among(campaign, choice.contact or choice.customer, choice.photo)
    return found


def pin(campaign: Campaign, customer: str, photo: str, on: date) -> None:
    """Put an inventory photo into a customer's ad, wherever it ranks; whose look-alike it counts as stays.

    It is the pick that the Preview knows. Raises ValueError if the photo or the face it is compared with is not stored,
    ConsentError if the contact whose look-alike it shall be does not agree any more.
    """
    choice = campaign.face_choice(customer) or FaceChoice(customer)
    with campaign.transaction():
        campaign.choose_face(replace(choice, photo=photo), on=on)
        _keep_among(campaign, choice.contact or customer, photo)


def unpin(campaign: Campaign, customer: str, on: date) -> None:
    """Take a pick back; a chosen contact stays."""
    choice = campaign.face_choice(customer)
    if choice is not None and choice.contact is not None:
        campaign.choose_face(replace(choice, photo=None), on=on)
    else:
        campaign.forget_face_choice(customer)


def _keep_among(campaign: Campaign, person: str, photo: str) -> None:
    """Keep a photo among a person's look-alikes, behind all others if it is not there yet."""
    matches, probe = campaign.matches(person), campaign.customer_photo(person)
    if probe is None or any(match.photo == photo for match in matches):
        return
    stored = campaign.photo(photo)
    if stored.model == probe.model:
        cosine = round(float(np.clip(stored.embedding @ probe.embedding, -1.0, 1.0)), TIE_DIGITS)
        campaign.write_matches([*matches, StoredMatch(person, photo, len(matches) + 1, cosine)])


def _matches(block: Looks, faces: Looks, matcher: Matcher, bans: dict[str, frozenset[str]]) -> Iterator[StoredMatch]:
    parts = parts_of(block, faces, matcher.scale)
    added = None if matcher.metric is None else matcher.metric.added(block.embeddings, faces.embeddings)
    scores = scores_of(parts, matcher.settings.weights, added)
    width = matcher.scale.one_person - matcher.scale.strangers
    for row, key in enumerate(block.keys):
        customer = key.removeprefix(PREFIX)
        banned = bans.get(customer, frozenset())
        (best,) = best_places(parts[row : row + 1], scores[row : row + 1], KEPT + len(banned))
        places = [place for place in best if faces.keys[place] not in banned][:KEPT]
        for number, place in enumerate(places, start=1):
            cosine = float(np.clip(matcher.scale.strangers + parts[row, place, 0] * width, -1.0, 1.0))
            yield StoredMatch(customer, faces.keys[place], number, round(cosine, TIE_DIGITS), float(scores[row, place]))
