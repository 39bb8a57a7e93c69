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


def verdict(results: CampaignResults, asked: int) -> str:
    """Say in one sentence what to do."""
    count = numbers.decimal(asked)
    finding = finding_of(results)
    if finding is Finding.NO_TRIAL:
        return tr("{count} customers have an offer that goes where people with the same phones went next.").format(
            count=count
        )
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
    lead = "" if is_undecided(results) else tr("Ask {count} customers.").format(count=count)
    if finding is Finding.GAIN:
        rest = tr("Choosing the offer for each earns more than one offer for all.")
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


def figures(results: CampaignResults, asked: int, customers: int) -> tuple[Figure, ...]:
    """Return how many are worth an offer, what that earns over no offers, and over one offer for all."""
    first = Figure(
        tr("Worth an offer"),
        tr("{asked} of {all}").format(asked=numbers.decimal(asked), all=numbers.decimal(customers)),
        tr("to the rest: no offer"),
    )
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
    return first, earned, _over_single(results, money, tip)


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
    clear = not value.gain_low <= 0 <= value.gain_high
    tone: Tone = "muted" if not clear else "positive" if value.gain > 0 else "warning"
    said = _range(value.gain_low, value.gain_high, signed=True)
    name, amount = tr("Personal, over best single offer"), money.amount(value.gain, signed=True)
    ends = (numbers.short(end, signed=True) for end in (value.gain_low, value.gain_high))
    short = tr("a customer, {range}").format(range=numbers.likely_range(*ends))
    return Figure(name, money.per_customer(value.gain), said, tip, tone, amount, short)
