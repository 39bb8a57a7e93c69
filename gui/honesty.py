"""What must be known about the figures: the statements of the honesty line."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QCoreApplication

from engine.columns import NO_OFFER, OFFER, RESIDENCE
from gui import numbers
from gui.column_store import BoolArray, CodeArray, ColumnStore, IntArray
from gui.findings import best_for_all, is_undecided
from gui.money import currency_of, likely
from gui.recommendations_columns import AGE_BAND
from gui.widgets import HonestyMark

if TYPE_CHECKING:
    from gui.results import CampaignResults

THIN = 250  # customers of an age band; fewer are named
CHECKED = frozenset({"arms differ", "overlap", "few effective", "placebo", "calibration", "not randomised"})
UNEVEN = 0.10  # between the groups that offers reach most and least; less is not named


def tr(text: str) -> str:
    """Translate a phrase of the honesty line."""
    return QCoreApplication.translate("honesty", text)


def honesty_marks(results: CampaignResults, store: ColumnStore) -> tuple[HonestyMark, ...]:
    """Return what must be known about the figures: amber first, then what is only shown, then green."""
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


def _checked_marks(results: CampaignResults) -> Iterator[HonestyMark]:
    """Yield what the checks of the last campaign found, red first; what is fine is not told."""
    for finding in () if results.honesty is None else results.honesty.findings:
        if finding.kind in CHECKED and finding.light != "green":
            strong, stop, rest = finding.sentence.partition(": ")
            strong = f"{strong}:" if stop else strong
            if finding.light == "red":
                yield HonestyMark("stop", "danger", strong, rest)
            else:
                yield HonestyMark("warning", "warning", strong, rest)


def as_good(results: CampaignResults) -> str:
    """Say what does as well as personal offers: one offer for all, or none."""
    return tr("One offer for all does as well.") if best_for_all(results) else tr("No offer at all does as well.")


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


@dataclass(frozen=True, eq=False)
class _Groups:
    """Customers by a group each: ``codes`` are places in ``names``, -1 where the group is not known."""

    names: tuple[str, ...]
    codes: CodeArray

    def counts(self, among: BoolArray | None = None) -> IntArray:
        """Return how many customers each group has, or how many of those ``among`` it."""
        mine = self.codes >= 0 if among is None else among & (self.codes >= 0)
        return np.bincount(self.codes[mine], minlength=len(self.names))


def _groups(store: ColumnStore, name: str) -> _Groups:
    """Return the customers by a column of texts, such as town or age band."""
    if not store.has(name):
        return _Groups((), np.empty(0, dtype=np.int32))
    found = store.text(name)
    return _Groups(found.values, found.codes)


def _thin_marks(store: ColumnStore) -> tuple[HonestyMark, ...]:
    """Name the age band with the fewest customers, if they are few."""
    bands = _groups(store, AGE_BAND)
    if not bands.names:
        return ()
    counts = bands.counts()
    least = int(counts.argmin())
    count = int(counts[least])
    if count >= THIN:
        return ()
    rest = tr("only {count} customers.") if count > 1 else tr("only {count} customer.")
    lead = tr("Age {band}:").format(band=bands.names[least])
    return (HonestyMark("warning", "warning", lead, rest.format(count=numbers.decimal(count))),)


def _uneven_marks(store: ColumnStore) -> tuple[HonestyMark, ...]:
    """Name the two towns, or the two ages, whom offers reach most and least; thin groups are left out."""
    asked = store.text(OFFER).rows_with(lambda key: key != NO_OFFER)
    widest, said = UNEVEN, ""
    for groups, sentence in (
        (_groups(store, RESIDENCE), tr("{most} in {first}, {least} in {last}.")),
        (_groups(store, AGE_BAND), tr("{most} at the age of {first}, {least} at {last}.")),
    ):
        counts = groups.counts()
        large = np.flatnonzero(counts >= THIN)
        if len(large) < 2:
            continue
        reach = groups.counts(asked)[large] / counts[large]
        first, last = int(reach.argmax()), int(reach.argmin())
        if reach[first] - reach[last] >= widest:
            widest = float(reach[first] - reach[last])
            said = sentence.format(
                most=numbers.percent(float(reach[first]), 0), first=groups.names[large[first]],
                least=numbers.percent(float(reach[last]), 0), last=groups.names[large[last]],
            )  # fmt: skip
    return (HonestyMark("info", "text", tr("Offers reach"), said),) if said else ()
