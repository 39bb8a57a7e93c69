"""What must be known about the figures: the statements of the honesty line."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication

from engine.columns import RESIDENCE
from gui import numbers
from gui.column_store import ColumnStore
from gui.customer_groups import reach_of, thinnest
from gui.findings import as_good_words, best_for_all, is_undecided, offer_name
from gui.money import currency_of, likely
from gui.reason_words import feature_name
from gui.recommendations_columns import AGE_BAND
from gui.widgets import HonestyMark

if TYPE_CHECKING:
    from engine.uplift import Finding
    from gui.results import CampaignResults

CHECKED = frozenset({"arms differ", "overlap", "few effective", "placebo", "calibration", "not randomised"})


def tr(text: str) -> str:
    """Translate a phrase of the honesty line."""
    return QCoreApplication.translate("honesty", text)


def honesty_marks(results: CampaignResults, store: ColumnStore) -> tuple[HonestyMark, ...]:
    """Return what must be known about the figures: red first, then amber, then green."""
    evaluation, value = results.evaluation, results.value
    if evaluation is None or value is None:
        follow = tr("Offers follow where people with the same phones went next.")
        return (
            HonestyMark("warning", "warning", tr("There was no past campaign."), follow),
            HonestyMark("warning", "warning", tr("Seen together, not caused.")),
        )
    checked = list(_checked_marks(results))
    if not evaluation.has_signal:
        ends = numbers.likely_range(*(numbers.points(end) for end in (evaluation.qini_low, evaluation.qini_high)))
        text = tr(
            "The offers worked about equally on everybody: the likely range, {range} points of 100, contains zero."
        )
        none = HonestyMark(
            "warning", "warning", tr("We found no difference between customers."), text.format(range=ends)
        )
        return (*checked, none)
    marks = checked
    if value.gain_low <= 0:
        marks.append(HonestyMark("warning", "warning", as_good(results), difference(results)))
    marks.extend(_thin_marks(store))
    if not is_undecided(results):
        marks.extend(_uneven_marks(store))
    if not any(mark.tone == "danger" for mark in checked):
        drawn = results.honesty is None or results.honesty.is_randomised
        why = tr("Randomised trial; chance rarely does this.") if drawn else tr("Chance rarely does this.")
        marks.append(HonestyMark("check", "positive", tr("The signal is real."), why))
    return tuple(marks)


def finding_words(finding: Finding, results: CampaignResults) -> str:
    """Say what was found; how those with and without an offer differ in the window's own names."""
    honesty = results.honesty
    if finding.kind != "arms differ" or honesty is None or not honesty.balance:
        return finding.sentence
    worst = honesty.worst
    lead = tr("Those with and without an offer are not quite alike:")
    if finding.light == "red":
        lead = tr("Who got which offer was not left to chance:")
    rest = tr("{feature} differs by {size} standard deviations with {offer}.").format(
        feature=feature_name(worst.feature).lower(), size=numbers.decimal(abs(worst.difference), 2),
        offer=offer_name(results.offers, worst.offer),
    )  # fmt: skip
    return f"{lead} {rest}"


def _checked_marks(results: CampaignResults) -> Iterator[HonestyMark]:
    """Yield what the checks of the last campaign found, red first; what is fine is not told."""
    for finding in () if results.honesty is None else results.honesty.findings:
        if finding.kind in CHECKED and finding.light != "green":
            strong, stop, rest = finding_words(finding, results).partition(": ")
            strong = f"{strong}:" if stop else strong
            if finding.light == "red":
                yield HonestyMark("stop", "danger", strong, rest)
            else:
                yield HonestyMark("warning", "warning", strong, rest)


def as_good(results: CampaignResults) -> str:
    """Say what does as well as personal offers: one offer for all, or none."""
    return as_good_words(best_for_all(results))


def difference(results: CampaignResults) -> str:
    """Say what personal offers earn over the best single one, with the likely range."""
    value = results.value
    assert value is not None
    money = currency_of(results.offers)
    more = tr("Personal offers earn {amount} a customer more, {range}.")
    less = tr("Personal offers earn {amount} a customer less, {range}.")
    low, high = (value.gain_low, value.gain_high) if value.gain >= 0 else (-value.gain_high, -value.gain_low)
    amount = money.amount(abs(value.gain))
    return (more if value.gain >= 0 else less).format(amount=amount, range=likely(low, high))


def _thin_marks(store: ColumnStore) -> tuple[HonestyMark, ...]:
    """Name the age band with the fewest customers, if they are few."""
    from engine.offers.reach import THIN

    band, count = thinnest(store, AGE_BAND)
    if not band or count >= THIN:
        return ()
    rest = tr("only {count} customers.") if count > 1 else tr("only {count} customer.")
    lead = tr("Age {band}:").format(band=band)
    return (HonestyMark("warning", "warning", lead, rest.format(count=numbers.decimal(count))),)


def _uneven_marks(store: ColumnStore) -> tuple[HonestyMark, ...]:
    """Name the two towns, or the two ages, whom offers reach most and least; thin groups are left out."""
    lowest, said = 1.0, ""
    for column, sentence in (
        (RESIDENCE, tr("{most} in {first}, {least} in {last}.")),
        (AGE_BAND, tr("{most} at the age of {first}, {least} at {last}.")),
    ):
        found = reach_of(store, column)
        if found is not None and found.is_uneven and found.ratio < lowest:
            lowest = found.ratio
            said = sentence.format(
                most=numbers.percent(found.most_share, 0), first=found.most,
                least=numbers.percent(found.least_share, 0), last=found.least,
            )  # fmt: skip
    return (HonestyMark("warning", "warning", tr("Offers reach"), said),) if said else ()
