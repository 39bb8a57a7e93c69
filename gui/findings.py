"""What a campaign found, honestly: which of four findings it is, its verdict, its figures and its honesty marks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QCoreApplication

from engine.columns import BIRTH_YEAR, NO_OFFER
from gui import numbers
from gui.column_store import ColumnStore
from gui.money import Currency, currency_of, likely
from gui.offer_words import age_band
from gui.theme import Tone
from gui.widgets import HonestyMark

if TYPE_CHECKING:
    from engine.offers import Offer
    from gui.results import CampaignResults

THIN = 250  # customers of an age band; fewer are named


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
    single = best_for_all(results)
    if finding is Finding.NO_SIGNAL:
        lead = tr("We found no difference between customers.")
        if asked:
            return f"{lead} {tr('Send the best single offer to all, or none.')}"
        return f"{lead} {tr('No offer clearly earns more than it costs.')}"
    lead = tr("Ask {count} customers.").format(count=count)
    if finding is Finding.GAIN:
        rest = tr("Choosing the offer for each earns more than one offer for all.")
    elif single:
        rest = tr("One offer for all, {offer}, does as well.").format(offer=single)
    else:
        rest = tr("Sending no offer at all does as well.")
    return f"{lead} {rest}"


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
    gain, low, high = value.value_per_customer, value.low, value.high
    if finding_of(results) is Finding.NO_SIGNAL:
        first = Figure(tr("Worth a personal offer"), tr("Nobody"), tr("no difference between customers was found"))
        gain, low, high = value.best_single_offer_value, value.best_single_offer_low, value.best_single_offer_high
        name = tr("Best single offer, over no offers")
    else:
        name = tr("Expected gain over no offers")
    unclear = low <= 0 <= high
    earned = Figure(
        name,
        money.amount(gain * customers),
        _range(low * customers, high * customers),
        tip,
        "muted" if unclear else "text",
    )
    return first, earned, _over_single(results, money, tip)


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


def honesty_marks(results: CampaignResults, store: ColumnStore) -> tuple[HonestyMark, ...]:
    """Return what must be known about the figures: amber first, then green."""
    evaluation, value = results.evaluation, results.value
    if evaluation is None or value is None:
        return (
            HonestyMark("warning", "warning", tr("There was no past campaign."),
                        tr("Offers follow where people with the same phones went next.")),
            HonestyMark("warning", "warning", tr("Seen together, not caused.")),
        )  # fmt: skip
    if not evaluation.has_signal:
        ends = numbers.likely_range(*(numbers.points(end) for end in (evaluation.qini_low, evaluation.qini_high)))
        text = tr(
            "The offers worked about equally on everybody: the likely range, {range} points of 100, contains zero."
        )
        return (
            HonestyMark("warning", "warning", tr("We found no difference between customers."), text.format(range=ends)),
        )
    marks = []
    if value.gain_low <= 0:
        marks.append(HonestyMark("warning", "warning", tr("One offer for all does as well."), _difference(results)))
    marks.extend(thin_marks(results, store))
    marks.append(
        HonestyMark("check", "positive", tr("The signal is real."), tr("Randomised trial; chance rarely does this."))
    )
    return tuple(marks)


def _difference(results: CampaignResults) -> str:
    value = results.value
    assert value is not None
    money = currency_of(results.offers)
    more = tr("Personal offers earn {amount} a customer more, {range}.")
    less = tr("Personal offers earn {amount} a customer less, {range}.")
    low, high = (value.gain_low, value.gain_high) if value.gain >= 0 else (-value.gain_high, -value.gain_low)
    amount = money.amount(abs(value.gain))
    return (more if value.gain >= 0 else less).format(amount=amount, range=likely(low, high))


def thin_marks(results: CampaignResults, store: ColumnStore) -> tuple[HonestyMark, ...]:
    """Name the age band with the fewest customers, if they are few."""
    if not store.has(BIRTH_YEAR) or results.span is None:
        return ()
    years = store.numbers(BIRTH_YEAR)
    known = years[~np.isnan(years)].astype(np.int64)
    counts = np.bincount(known[known >= 0])
    bands: dict[str, int] = {}
    for year in np.flatnonzero(counts).tolist():
        band = age_band(year, results.span[1].year)
        bands[band] = bands.get(band, 0) + int(counts[year])
    if not bands:
        return ()
    band, count = min(bands.items(), key=lambda each: each[1])
    if count >= THIN:
        return ()
    rest = tr("only {count} customers.") if count > 1 else tr("only {count} customer.")
    return (
        HonestyMark(
            "warning", "warning", tr("Age {band}:").format(band=band), rest.format(count=numbers.decimal(count))
        ),
    )
