"""The teaching in a campaign: questions one after the other, answers that are kept, and what they teach."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime

import numpy as np

from engine.campaign import Campaign, Judgement, Verdict
from engine.faces.likeness import LikenessScale
from engine.inventory import Looks, Matcher, rank
from engine.inventory.matching import PREFIX
from engine.job import JobContext
from engine.taste.learning import FEWEST, FEWEST_FOR_METRIC, Learnt, learn_metric, learn_weights
from engine.taste.questions import CLOSE_CALLS, Question, next_question

ENOUGH_CUSTOMERS = 20  # with fewer to ask about, inventory photos are asked about too
SPARE = 10  # ranked beyond the close calls, for those passed over


@dataclass(frozen=True)
class Tally:
    """How far the teaching is."""

    answered: int
    skipped: int
    people: int  # whom the answers are about
    for_weights: int = FEWEST
    for_metric: int = FEWEST_FOR_METRIC

    @property
    def can_learn_weights(self) -> bool:
        """Whether there are answers enough to learn the three weights."""
        return self.answered >= self.for_weights

    @property
    def can_learn_metric(self) -> bool:
        """Whether there are answers enough to learn a metric."""
        return self.answered >= self.for_metric


class Teaching:
    """Asks about the faces of an open campaign; each question, answer and undo takes a moment.

    Asked about are customers whose consent holds, and inventory photos where these are few; candidates are the
    inventory photos that may be used. A photo that may show the person asked about is no candidate.
    """

    def __init__(self, campaign: Campaign, scale: LikenessScale, on: date, context: JobContext | None = None) -> None:
        """Read the faces; call it in a job. Raises ModelError if the photos were not all read by one network."""
        context = context or JobContext()
        self._campaign, self._on, self._scale = campaign, on, scale
        self._matcher = Matcher.read(campaign, scale, on)
        context.check()
        self._places = {key: place for place, key in enumerate(self._matcher.faces.keys)}
        self._judgements = list(campaign.judgements.all())
        self._probes = self._askable(context)

    @property
    def tally(self) -> Tally:
        """How far the teaching is."""
        answered = [one for one in self._judgements if one.chosen != "skip"]
        return Tally(len(answered), len(self._judgements) - len(answered), len({one.probe for one in answered}))

    def question(self) -> Question | None:
        """Return the question to ask now; None if there is nothing left to ask about."""
        return next_question(self._judgements, self._probes, self._ranking, seed=self._seed)

    def answer(self, question: Question, chosen: Verdict) -> None:
        """Keep the answer. Raises ConsentError if the customer's consent was withdrawn meanwhile."""
        from engine.campaign import require_consent

        if question.customer is not None:
            require_consent(question.customer, self._campaign.consent(question.customer), self._on)
        given = Judgement(
            0, question.probe, question.customer, question.a, question.b, chosen, datetime.now(UTC), question.repeat_of
        )
        self._judgements.append(replace(given, number=self._campaign.judgements.add(given)))

    def undo(self) -> bool:
        """Take the last answer back, so that its question comes again; False if there is none."""
        if not self._judgements:
            return False
        self._campaign.judgements.take_back(self._judgements.pop().number)
        return True

    @property
    def _seed(self) -> int:
        return int(self._campaign.created_on.toordinal())

    def _askable(self, context: JobContext) -> dict[str, str | None]:
        asked: dict[str, str | None] = {}
        for key in self._campaign.photo_keys("customer"):
            context.check()
            customer = key.removeprefix(PREFIX)
            consent = self._campaign.consent(customer)
            if consent is not None and consent.holds(self._on):
                asked[key] = customer
        if len(asked) < ENOUGH_CUSTOMERS:
            barred = self._matcher.barred
            asked |= dict.fromkeys(key for key in self._matcher.faces.keys if key not in barred)
        return asked

    def _ranking(self, probe: str) -> list[str]:
        """Return the photos most alike to a face as they are ranked now; [] if the face is gone."""
        customer = self._probes[probe]
        place = self._places.get(probe)
        if customer is not None:
            face, bans = self._matcher.probe(customer), self._campaign.inventory.bans(customer)
        else:
            face = None if place is None else self._matcher.faces.only(np.array([place]))
            bans = frozenset({probe})
        if face is None or not len(self._matcher.usable):
            return []
        ranked = rank(
            face, self._matcher.usable, self._matcher.settings.weights, self._scale, metric=self._matcher.metric,
            bans=bans, most=CLOSE_CALLS + SPARE,
        )  # fmt: skip
        return [one.photo for one in ranked if not one.may_be_the_customer]


def learn_weights_of(campaign: Campaign, scale: LikenessScale, context: JobContext | None = None) -> Learnt:
    """Learn the three weights from a campaign's judgements. Raises as ``learn_weights``."""
    return learn_weights(campaign.judgements.all(), judged_faces(campaign), scale, context)


def learn_metric_of(campaign: Campaign, scale: LikenessScale, context: JobContext | None = None) -> Learnt:
    """Learn a metric from a campaign's judgements. Raises as ``learn_metric``."""
    return learn_metric(campaign.judgements.all(), judged_faces(campaign), scale, context)


def judged_faces(campaign: Campaign) -> Looks:
    """Return all faces of a campaign, those of the inventory first."""
    inventory, customers = Looks.read(campaign), Looks.read(campaign, "customer")
    return Looks(
        inventory.keys + customers.keys,
        np.concatenate([inventory.embeddings, customers.embeddings]),
        np.concatenate([inventory.ages, customers.ages]),
        np.concatenate([inventory.hair, customers.hair]),
        inventory.models + customers.models,
    )
