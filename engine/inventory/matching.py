"""Ranks the inventory for every customer with a photo, and keeps the best in the campaign file."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property

import numpy as np
import numpy.typing as npt

from engine.campaign import Appearance, Campaign, FaceChoice, StoredMatch, require_consent
from engine.faces.facenet import FaceNet
from engine.faces.likeness import LikenessScale
from engine.faces.nearest import TIE_DIGITS
from engine.inventory.faces import FloatArray, Looks
from engine.inventory.metric import Metric
from engine.inventory.ranking import BLOCK, SHOWN, RankedFace, Scored, rank
from engine.inventory.renewing import renew_embeddings
from engine.inventory.rights import Clearance
from engine.inventory.settings import MatchSettings, MatchWeights, keep_match_settings, match_settings
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
        if probe is None or not len(self.usable):
            return ()
        choice = self.campaign.face_choice(customer)
        pins = {choice.photo} if choice is not None and choice.contact is None and choice.photo is not None else set()
        return rank(
            probe, self.usable, weights or self.settings.weights, self.scale, metric=self.metric,
            pins=pins, bans=self.campaign.inventory.bans(customer), most=most,
        )  # fmt: skip

    def probe(self, customer: str) -> Looks | None:
        """Return a customer's face as ``rank`` takes it; None without a photo."""
        photo = self.campaign.customer_photo(customer)
        if photo is None:
            return None
        known = self.campaign.inventory.appearances([photo.key])
        return Looks.of((photo.key,), photo.embedding[None], list(known.values()) or [Appearance()], (photo.model,))

    @cached_property
    def usable(self) -> Looks:
        """The faces that may be used."""
        places = [place for place, key in enumerate(self.faces.keys) if key not in self.barred]
        return self.faces if len(places) == len(self.faces) else self.faces.only(np.array(places, np.intp))

    @cached_property
    def barred(self) -> frozenset[str]:
        """The photos that may not be used."""
        if self.clearance.bars_nothing:
            return frozenset()
        return frozenset(key for key in self.faces.keys if self.clearance.reason(key) is not None)


def match_everybody(
    campaign: Campaign,
    scale: LikenessScale,
    on: date,
    context: JobContext | None = None,
    *,
    settings: MatchSettings | None = None,
    facenet: FaceNet | None = None,
) -> int:
    """Rank the inventory for each customer with a photo by the campaign's weights, and keep the best.

    Bans, and what may not be used on that day, are left out, and so are customers whose consent does not hold on it.
    Where different networks read the photos, those of others than ``facenet``, by default the campaign's, are embedded
    anew first, and the scale is measured on them once more. New ``settings`` are kept together with what is found by
    them. Returns how many customers have a look-alike. Raises ModelError, JobCancelled; then the matches stay as they
    were.
    """
    context = context or JobContext()
    matcher, customers = Matcher.read(campaign, scale, on), _agreeing(campaign, on)
    if len({*matcher.faces.models, *customers.models}) > 1:
        from engine.look_alikes import likeness_scale  # which knows this module

        renew_embeddings(campaign, on, context.part(0.0, 0.8), facenet=facenet)
        scale = likeness_scale(campaign, context.part(0.8, 0.9))
        matcher, customers = Matcher.read(campaign, scale, on), _agreeing(campaign, on)
        context = context.part(0.9, 1.0)
    if settings is not None:
        metric = None if settings.metric is None else settings.metric.read(campaign, matcher.faces.models)
        matcher = replace(matcher, settings=settings, metric=metric)
    faces, bans = matcher.usable, campaign.inventory.all_bans()
    blocks = []
    for start in range(0, len(customers), BLOCK):
        context.progress(start / len(customers), f"Matching customer {start + 1:,} of {len(customers):,}")
        block = customers.only(np.arange(start, min(start + BLOCK, len(customers))))
        blocks.append(_Best.of(block, faces, matcher, bans))
    with campaign.transaction():
        if settings is not None:
            keep_match_settings(campaign, settings)
        campaign.clear_matches()
        there = _there(campaign)
        for best in blocks:
            context.check()
            campaign.write_matches(list(best.rows(faces, there)))
        for choice in campaign.face_choices():
            _keep_pick(campaign, choice)
    return sum(len(best) for best in blocks)


def _agreeing(campaign: Campaign, on: date) -> Looks:
    """Return the faces of the customers whose consent holds."""
    looks = Looks.read(campaign, "customer")
    consents = (campaign.consent(key.removeprefix(PREFIX)) for key in looks.keys)
    holds = [place for place, consent in enumerate(consents) if consent is not None and consent.holds(on)]
    return looks.only(np.array(holds, np.intp))


def _there(campaign: Campaign) -> frozenset[str]:
    return frozenset((*campaign.photo_keys("inventory"), *campaign.photo_keys("customer")))


def match_customer(campaign: Campaign, customer: str, scale: LikenessScale, on: date) -> int:
    """Rank the inventory for one customer, as ``match_everybody`` does; return how many look-alikes are kept.

    For a photo that was just kept: the ranks of everybody else stay. While faces are read again by another network
    there is nobody to compare with: 0, and ``match_everybody``, which follows then, finds them.
    """
    with campaign.transaction():
        matcher = Matcher.read(campaign, scale, on)
        probe, faces = matcher.probe(customer), matcher.usable
        if probe is None or len({*probe.models, *faces.models}) > 1:
            return 0
        best = _Best.of(probe, faces, matcher, {customer: campaign.inventory.bans(customer)})
        rows = list(best.rows(faces, _there(campaign)))
        campaign.write_matches(rows)
        for choice in campaign.face_choices():
            if customer in (choice.customer, choice.contact):
                _keep_pick(campaign, choice)
    return len(rows)


@dataclass(frozen=True, eq=False)
class _Best:
    """The best faces of some customers, (customers, KEPT) each; places are -1 where there are fewer."""

    customers: tuple[str, ...]
    places: npt.NDArray[np.int32]
    cosines: FloatArray
    scores: FloatArray

    @classmethod
    def of(cls, block: Looks, faces: Looks, matcher: Matcher, bans: dict[str, frozenset[str]]) -> _Best:
        """Rank the faces for the customers of a block."""
        customers = tuple(key.removeprefix(PREFIX) for key in block.keys)
        places = np.full((len(block), KEPT), -1, np.int32)
        if not len(faces):
            return cls(customers, places, *np.zeros((2, *places.shape), np.float32))
        scored = Scored.of(block, faces, matcher.settings.weights, matcher.scale, matcher.metric)
        for row, customer in enumerate(customers):
            best = scored.best(row, KEPT, faces.places_of(bans.get(customer, ())))
            places[row, : len(best)] = best
        rows = np.arange(len(block))[:, None]
        return cls(customers, places, np.clip(scored.cosines[rows, places], -1, 1), scored.scores[rows, places])

    def rows(self, faces: Looks, there: frozenset[str]) -> Iterator[StoredMatch]:
        """Yield them as they are kept, as far as both photos are still there."""
        for row, customer in enumerate(self.customers):
            if f"{PREFIX}{customer}" not in there:
                continue
            columns = [column for column, place in enumerate(self.places[row]) if place >= 0]
            kept = [column for column in columns if faces.keys[self.places[row, column]] in there]
            for number, column in enumerate(kept, start=1):
                photo, cosine = faces.keys[self.places[row, column]], float(self.cosines[row, column])
                yield StoredMatch(customer, photo, number, round(cosine, TIE_DIGITS), float(self.scores[row, column]))

    def __len__(self) -> int:
        return int((self.places >= 0).any(axis=1).sum())


def pin(campaign: Campaign, customer: str, photo: str, on: date) -> None:
    """Put an inventory photo into a customer's ad, wherever it ranks; whose look-alike it counts as stays.

    It is the pick that the Preview knows. Raises ConsentError unless the person whose look-alike it shall be agrees on
    that day, ValueError if the photo or that person's is not stored.
    """
    choice = campaign.face_choice(customer) or FaceChoice(customer)
    person = choice.contact or customer
    require_consent(person, campaign.consent(person), on)
    with campaign.transaction():
        campaign.choose_face(replace(choice, photo=photo), on=on)
        _keep_among(campaign, person, photo)


def _keep_pick(campaign: Campaign, choice: FaceChoice) -> None:
    if choice.photo is not None:
        _keep_among(campaign, choice.contact or choice.customer, choice.photo)


def _keep_among(campaign: Campaign, person: str, photo: str) -> None:
    """Keep a photo among a person's look-alikes, behind all others if it is not there yet."""
    matches, probe = campaign.matches(person), campaign.customer_photo(person)
    if probe is None or any(match.photo == photo for match in matches):
        return
    stored = campaign.photo(photo)
    if stored.model == probe.model:
        cosine = round(float(np.clip(stored.embedding @ probe.embedding, -1.0, 1.0)), TIE_DIGITS)
        campaign.write_matches([*matches, StoredMatch(person, photo, len(matches) + 1, cosine)])
