"""What a campaign found: which of four findings it is, what the designer chose, its verdict and its figures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QCoreApplication

from engine.columns import NO_OFFER
from gui import numbers
from gui.money import Currency, currency_of, likely
from gui.theme import Tone

if TYPE_CHECKING:
    from engine.offers import Offer, PolicyValue, ProfitCurve
    from gui.results import CampaignResults


class Finding(Enum):
    """What was found; it decides what the page may show."""

    NO_TRIAL = "no trial"
    NO_SIGNAL = "no signal"
    NO_GAIN = "no gain"
    GAIN = "gain"


def tr(text: str) -> str:
    """Translate a phrase about findings."""
    return QCoreApplication.translate("findings", text)


def finding_of(results: CampaignResults) -> Finding:
    """Say what a campaign found."""
    if results.evaluation is None or results.value is None:
        return Finding.NO_TRIAL
    if not results.evaluation.has_signal:
        return Finding.NO_SIGNAL
    return Finding.GAIN if results.value.gain_low > 0 else Finding.NO_GAIN


def offer_name(offers: Sequence[Offer], key: str) -> str:
    """Return an offer's name; "No offer" for none."""
    if key == NO_OFFER:
        return tr("No offer")
    return next((offer.name for offer in offers if offer.key == key), key)


def chosen_for_all(results: CampaignResults) -> str | None:
    """Return the key of the one offer that the designer sends to all (NO_OFFER: to nobody), None for personal ones."""
    choice = results.choice
    return choice.offer if choice is not None and choice.kind == "for_all" else None


def is_undecided(results: CampaignResults) -> bool:
    """Whether one offer for all does as well, and the designer has not said which it shall be."""
    is_open = results.choice is None or results.choice.kind == "open"
    return is_open and finding_of(results) is Finding.NO_GAIN


def best_for_all(results: CampaignResults) -> str:
    """Return the name of the best single offer, empty where none earns more than it costs."""
    key = results.value.best_single_offer if results.value is not None else NO_OFFER
    return "" if key == NO_OFFER else offer_name(results.offers, key)


def as_good_words(single: str) -> str:
    """Say what does as well as personal offers: one offer for all, or none."""
    return tr("One offer for all does as well.") if single else tr("No offer at all does as well.")


def verdict(results: CampaignResults, asked: int, *, is_limited: bool = False) -> str:
    """Say in one sentence what to do; ``is_limited`` where a budget leaves out some who are worth asking."""
    count = numbers.decimal(asked)
    finding = finding_of(results)
    if finding is Finding.NO_TRIAL:
        said = tr("{count} customers have an offer that goes where people with the same phones went next.")
        few = tr("Too few changes of phone were seen to say which offer suits whom.")
        return said.format(count=count) if asked else few
    single, chosen = best_for_all(results), chosen_for_all(results)
    if finding is Finding.NO_SIGNAL:
        lead = tr("We found no difference between customers.")
        if asked:
            return f"{lead} {tr('Send the best single offer to all, or none.')}"
        return f"{lead} {tr('No offer clearly earns more than it costs.')}"
    if chosen == NO_OFFER:
        return tr("Ask nobody: you chose to send no offer.")
    if chosen is not None:
        said = tr("Ask {count} customers, all with {offer}: you chose one offer for all.")
        return said.format(count=count, offer=offer_name(results.offers, chosen))
    words = tr("Ask the {count} worth most.") if is_limited else tr("Ask {count} customers.")
    if is_limited and not asked:
        words = tr("Ask nobody: there is no budget.")
    elif asked == 1 and not is_limited:
        words = tr("Ask one customer.")
    lead = "" if is_undecided(results) else words.format(count=count)
    if finding is Finding.GAIN:
        rest = tr("Personal offers earn more than one for all.")
    elif single:
        rest = tr("One offer for all, {offer}, does as well.").format(offer=single)
    else:
        rest = tr("Sending no offer at all does as well.")
    return f"{lead} {rest}".strip()


@dataclass(frozen=True)
class Figure:
    """One of the three figures: what it is, the number, the likely range below it, and what stands behind it."""

    name: str
    value: str
    range: str
    tip: str = ""
    tone: Tone = "text"
    short_value: str = ""  # where there is no room for the whole
    short_range: str = ""


def figures(results: CampaignResults, asked: int, people: People, worth: int | None = None) -> tuple[Figure, ...]:
    """Return how many are worth an offer, what that earns over no offers, and over one offer for all.

    ``worth`` is how many are worth asking where a budget leaves some of them out.
    """
    customers = people.there
    left = tr("customers, {left} of them gone").format(left=numbers.decimal(people.left))
    counted = tr("{asked} of {all}").format(asked=numbers.decimal(asked), all=numbers.decimal(people.all))
    first = Figure(tr("Worth an offer"), counted, left if people.left else tr("to the rest: no offer"))
    if worth is not None:
        first = Figure(tr("Get an offer"), counted, tr("{worth} are worth one").format(worth=numbers.decimal(worth)))
    value = results.value
    if value is None or results.evaluation is None:
        missing, needs = tr("Not known"), tr("needs the outcomes of a past campaign")
        named = Figure(tr("Have an offer"), first.value, first.range)
        over_none, over_single = tr("Expected gain over no offers"), tr("Personal, over best single offer")
        return (
            named,
            Figure(over_none, missing, needs, tone="muted"),
            Figure(over_single, missing, needs, tone="muted"),
        )
    money = currency_of(results.offers)
    tip = tr("Likely range: 95 % confidence interval, from {customers} outcomes of the last campaign").format(
        customers=numbers.decimal(value.customers)
    )
    chosen = chosen_for_all(results)
    if chosen == NO_OFFER:
        nobody = Figure(tr("Get an offer"), tr("Nobody"), tr("as you chose"))
        nothing = Figure(tr("Expected gain over no offers"), money.amount(0), tr("nobody is asked"), tone="muted")
        return nobody, nothing, _over_single(results, money, tip)
    if chosen is not None:
        first = Figure(tr("Get the offer"), first.value, tr("the others are better left alone"))
        name = tr("{offer} for all, over no offers").format(offer=offer_name(results.offers, chosen))
        everybody = f"{tip}. {tr('Measured with everybody asked, also those who are left alone now')}"
        return first, _earned(name, _single(value), money, customers, everybody), _over_single(results, money, tip)
    if finding_of(results) is Finding.NO_SIGNAL:
        first = Figure(tr("Worth a personal offer"), tr("Nobody"), tr("no difference between customers was found"))
        earned = _earned(tr("Best single offer, over no offers"), _single(value), money, customers, tip)
        personal = Figure(tr("Personal, over best single offer"), tr("Not known"), first.range, tone="muted")
        return first, earned, personal
    if is_undecided(results):
        first = Figure(tr("Worth a personal offer"), first.value, first.range)
    there = Estimate(value.value_per_customer, value.low, value.high)
    if results.curve is not None:
        there = earned_at(results.curve, asked / customers)
    earned = _earned(tr("Expected gain over no offers"), there, money, customers, tip)
    if worth is not None and results.curve is not None:
        return first, earned, _over_as_many(results.curve, asked / customers, money, tip)
    return first, earned, _over_single(results, money, tip)


@dataclass(frozen=True)
class People:
    """How many customers the campaign has, and how many of them left."""

    all: int
    left: int = 0

    @property
    def there(self) -> int:
        """How many can be asked."""
        return self.all - self.left


@dataclass(frozen=True)
class Estimate:
    """Money per customer with its likely range."""

    value: float
    low: float
    high: float


def _single(value: PolicyValue) -> Estimate:
    return Estimate(value.best_single_offer_value, value.best_single_offer_low, value.best_single_offer_high)


def _earned(name: str, each: Estimate, money: Currency, customers: int, tip: str) -> Figure:
    """Return the figure of what all customers together earn."""
    tone: Tone = "muted" if each.low <= 0 <= each.high else "text"
    return Figure(
        name, money.amount(each.value * customers), _range(each.low * customers, each.high * customers), tip, tone
    )


def earned_at(curve: ProfitCurve, share: float) -> Estimate:
    """Return what asking the best ``share`` earns: the point of the curve there."""
    return Estimate(*(float(np.interp(share, curve.share, each)) for each in (curve.profit, curve.low, curve.high)))


def _range(low: float, high: float, *, signed: bool = False) -> str:
    said = likely(low, high, signed=signed)
    return tr("no clear difference, {range}").format(range=said) if low <= 0 <= high else said


def _over_single(results: CampaignResults, money: Currency, tip: str) -> Figure:
    value = results.value
    assert value is not None
    gain = Estimate(value.gain, value.gain_low, value.gain_high)
    return _gain(tr("Personal, over best single offer"), gain, money, tip)


def _over_as_many(curve: ProfitCurve, share: float, money: Currency, tip: str) -> Figure:
    """Return what personal offers earn over the best single one when both go to a share only."""
    name = tr("Personal, over best single offer")
    tip = f"{tip}. {tr('Compared with the best single offer to as many customers, drawn by lot')}"
    if not curve.over_single:
        return Figure(name, tr("Not known"), tr("made before budgets were compared"), tip, "muted")
    ends = (curve.over_single, curve.over_single_low, curve.over_single_high)
    return _gain(name, Estimate(*(float(np.interp(share, curve.share, each)) for each in ends)), money, tip)


def _gain(name: str, each: Estimate, money: Currency, tip: str) -> Figure:
    clear = not each.low <= 0 <= each.high
    tone: Tone = "muted" if not clear else "positive" if each.value > 0 else "warning"
    ends = (numbers.short(end, signed=True) for end in (each.low, each.high))
    short = tr("a customer, {range}").format(range=numbers.likely_range(*ends))
    said = _range(each.low, each.high, signed=True)
    return Figure(name, money.per_customer(each.value), said, tip, tone, money.amount(each.value, signed=True), short)
