"""The checks behind the figures, each in a row: what was looked at, what was found, and from how many customers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from PySide6.QtCore import QCoreApplication

from engine.columns import RESIDENCE
from gui import numbers
from gui.column_store import ColumnStore
from gui.customer_groups import reach_of, thinnest
from gui.findings import as_good_words, best_for_all
from gui.honesty import finding_words
from gui.money import currency_of, likely
from gui.reason_words import feature_name
from gui.recommendations_columns import AGE_BAND
from gui.theme import Tone

if TYPE_CHECKING:
    from engine.uplift import Honesty, UpliftEvaluation
    from gui.results import CampaignResults

State = Literal["stop", "look", "fine", "shown"]
Z95 = 1.96


def tr(text: str) -> str:
    """Translate a phrase about checks."""
    return QCoreApplication.translate("checks", text)


@dataclass(frozen=True)
class StateWords:
    """How a state stands there: icon, colour, word."""

    icon: str
    tone: Tone
    word: str


def state_words(state: State) -> StateWords:
    """Return icon, colour and word of a state."""
    return {
        "stop": StateWords("stop", "danger", tr("Stop")),
        "look": StateWords("warning", "warning", tr("Look here")),
        "fine": StateWords("check", "positive", tr("Fine")),
        "shown": StateWords("info", "muted", tr("Shown")),
    }[state]


@dataclass(frozen=True)
class Check:
    """What was looked at, its state, a sentence, the figure with its likely range, and the customers behind it."""

    name: str
    state: State
    sentence: str
    number: str
    range: str
    customers: int


def checks_of(results: CampaignResults, store: ColumnStore) -> tuple[Check, ...]:
    """Return all checks of a campaign, what is wrong first; empty without a past campaign."""
    evaluation, honesty = results.evaluation, results.honesty
    if evaluation is None or results.value is None:
        return ()
    found = [_signal(evaluation)]
    if evaluation.has_signal:
        found.append(_gain(results))
    if honesty is not None:
        found.extend((_arms(honesty, results), _overlap(honesty, results), _placebo(honesty, results)))
    found.append(_calibration(evaluation, results))
    if honesty is not None:
        found.append(_cause(honesty, results))
    found.extend((*_thin(store), *_reach(store)))
    order: tuple[State, ...] = ("stop", "look")
    return tuple(sorted(found, key=lambda one: order.index(one.state) if one.state in order else len(order)))


def _state(results: CampaignResults, *kinds: str) -> tuple[State, str]:
    """Return the state of the findings of some kinds, and what was found wrong, empty where nothing was."""
    words: dict[str, State] = {"red": "stop", "amber": "look"}
    for finding in () if results.honesty is None else results.honesty.findings:
        if finding.kind in kinds and finding.light in words:
            return words[finding.light], finding_words(finding, results)
    return "fine", ""


def _points_range(low: float, high: float) -> str:
    return likely_words(*(numbers.points(end, signed=False) for end in (low, high)))


def likely_words(low: str, high: str) -> str:
    """Write a likely range that stands under its figure."""
    return tr("likely {range}").format(range=numbers.likely_range(low, high))


def _signal(evaluation: UpliftEvaluation) -> Check:
    said = tr("Asking the best customers first wins more than asking by lot: the Qini, in points of 100.")
    if not evaluation.has_signal:
        said = tr(
            "We found no difference between customers: the Qini, in points of 100. Personal offers would be guesses."
        )
    spread = _points_range(evaluation.qini_low, evaluation.qini_high)
    state: State = "fine" if evaluation.has_signal else "stop"
    return Check(tr("Signal"), state, said, numbers.points(evaluation.qini), spread, evaluation.customers)


def _gain(results: CampaignResults) -> Check:
    value = results.value
    assert value is not None
    said = tr("Choosing the offer for each earns more than the best single offer, per customer.")
    if value.gain_low <= 0:
        said = as_good_words(best_for_all(results))
    amount = currency_of(results.offers).amount(value.gain, signed=True)
    state: State = "fine" if value.gain_low > 0 else "look"
    return Check(tr("Personal gain"), state, said, amount, likely(value.gain_low, value.gain_high, signed=True),
                 value.customers)  # fmt: skip


def _arms(honesty: Honesty, results: CampaignResults) -> Check:
    """Say how unlike those with and without an offer are in what differs most."""
    state, wrong = _state(results, "arms differ")
    if not honesty.balance:
        return Check(tr("Equal groups"), state, wrong, "", "", honesty.customers)
    worst = honesty.worst
    said = tr("Those with and without an offer are alike. They differ most in: {feature}, in standard deviations.")
    error = abs(worst.difference / worst.z) if worst.z else 0.0
    ends = (abs(worst.difference) - Z95 * error, abs(worst.difference) + Z95 * error)
    spread = likely_words(*(numbers.decimal(max(0.0, end), 2) for end in ends))
    number = numbers.decimal(abs(worst.difference), 2)
    sentence = wrong or said.format(feature=feature_name(worst.feature).lower())
    return Check(tr("Equal groups"), state, sentence, number, spread, honesty.customers)


def _overlap(honesty: Honesty, results: CampaignResults) -> Check:
    """Say whether everybody could have got something else: what weighted customers are worth, and whom that cuts."""
    state, wrong = _state(results, "overlap", "few effective")
    shared = honesty.overlap
    trimmed = numbers.percent(shared.trimmed, 1 if 0 < shared.trimmed < 0.01 else 0)
    said = tr("Everybody could have got something else. Weighted, {customers} customers are worth {effective}.")
    said = wrong or said.format(
        customers=numbers.decimal(honesty.customers), effective=numbers.decimal(shared.effective)
    )
    worth = numbers.percent(shared.effective / honesty.customers, 0)
    return Check(tr("Overlap"), state, said, worth, tr("{share} trimmed").format(share=trimmed), honesty.customers)


def _placebo(honesty: Honesty, results: CampaignResults) -> Check:
    state, wrong = _state(results, "placebo")
    shuffled = honesty.placebo
    alarms = sum(z > Z95 for z in shuffled.z)
    said = tr("With the offers shuffled among the customers there must be no signal, and there is none.")
    if alarms and not wrong:
        said = tr("With the offers shuffled among the customers a signal shows now and then, as chance does.")
    number = tr("{alarms} of {trials}").format(alarms=alarms, trials=len(shuffled.z))
    ends = (numbers.decimal(end, 1) for end in (min(shuffled.z), max(shuffled.z)))
    spread = tr("z {range}").format(range=numbers.likely_range(*ends))
    return Check(tr("Placebo"), state, wrong or said, number, spread, shuffled.customers)


def _calibration(evaluation: UpliftEvaluation, results: CampaignResults) -> Check:
    """Say whether predictions keep what they promise; without a signal they promise nothing."""
    line = evaluation.calibration
    if line is None or not evaluation.has_signal:
        said = tr("Without a signal nothing is promised that could be kept.")
        return Check(tr("Kept promises"), "shown", said, "", "", evaluation.customers)
    state, wrong = _state(results, "calibration")
    said = tr("Where one point more was predicted, so many came: the slope, 1 where predictions keep their promise.")
    ends = (numbers.decimal(end, 2) for end in (line.slope_low, line.slope_high))
    number = numbers.decimal(line.slope, 2)
    return Check(tr("Kept promises"), state, wrong or said, number, likely_words(*ends), evaluation.customers)


def _cause(honesty: Honesty, results: CampaignResults) -> Check:
    name = tr("Unseen causes")
    if honesty.is_randomised:
        said = tr("A lot drew who got which offer, so nothing unseen stands behind the difference.")
        return Check(name, "fine", said, "", "", honesty.customers)
    state, wrong = _state(results, "not randomised")
    number, least = "", ""
    if honesty.e_value is not None:
        number = tr("{value} times").format(value=numbers.decimal(honesty.e_value, 1))
    if honesty.e_value_low is not None:
        least = tr("{value} at its least").format(value=numbers.decimal(honesty.e_value_low, 1))
    return Check(name, state, wrong, number, least, honesty.customers)


def _thin(store: ColumnStore) -> Iterator[Check]:
    """Say which age band has the fewest customers."""
    from engine.offers.reach import THIN

    band, count = thinnest(store, AGE_BAND)
    if band:
        said = tr("The age band with the fewest customers is {band}.").format(band=band)
        number = numbers.decimal(count)
        yield Check(tr("Thin groups"), "look" if count < THIN else "fine", said, number, "", len(store))


def _reach(store: ColumnStore) -> Iterator[Check]:
    """Say how unevenly offers reach ages and towns as is decided now: shown, not decided."""
    for column, name in ((AGE_BAND, tr("Reach by age")), (RESIDENCE, tr("Reach by town"))):
        found = reach_of(store, column)
        if found is None:
            continue
        said = tr("Offers reach {most} ({first}) and {least} ({last}). Four fifths of the most count as even.").format(
            most=numbers.percent(found.most_share, 0), first=found.most,
            least=numbers.percent(found.least_share, 0), last=found.least,
        )  # fmt: skip
        state: State = "look" if found.is_uneven else "shown"
        number = numbers.percent(found.ratio, 0)
        yield Check(name, state, said, number, tr("of the most"), found.customers)
