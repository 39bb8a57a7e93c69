"""The honesty panel: what must be known before anybody believes a campaign's figures, red first."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

from engine.job import JobContext
from engine.threads import one_thread
from engine.unseen_causes import e_value
from engine.uplift.checks import (
    Imbalance,
    Overlap,
    Placebo,
    control_rate,
    imbalances,
    overlap,
    placebo,
)
from engine.uplift.qini import Z95, CalibrationLine

if TYPE_CHECKING:
    from engine.uplift.evaluation import UpliftEvaluation
    from engine.uplift.model import UpliftModel
    from engine.uplift.trial import Trial

Light = Literal["red", "amber", "green"]
LIGHTS: tuple[Light, ...] = ("red", "amber", "green")
LARGE = 0.1  # standardised difference between arms
SURE = 3.29  # z beyond which chance is ruled out: one in a thousand
LIKELY = 2.58
TOO_BOLD, TOO_SHY = 0.8, 1.25  # slopes of truth on prediction that change who should be asked
FEW_EFFECTIVE = 0.5  # share of the customers that weighted ones are worth
MANY_TRIMMED = 0.05


@dataclass(frozen=True)
class Finding:
    """One thing that was found: its light, what it is about, a sentence, and how many customers stand behind it."""

    light: Light
    kind: str
    sentence: str
    customers: int


@dataclass(frozen=True)
class Honesty:
    """All checks of a campaign, with ``findings`` ordered red, amber, green.

    ``e_value`` is how strong an unseen cause must be to explain the best offer's effect away, ``e_value_low`` to take
    its interval to zero; both are None where a lot was drawn.
    """

    findings: tuple[Finding, ...]
    customers: int
    is_randomised: bool
    balance: tuple[Imbalance, ...]
    overlap: Overlap
    placebo: Placebo
    calibration: CalibrationLine | None
    e_value: float | None = None
    e_value_low: float | None = None

    @property
    def reds(self) -> tuple[Finding, ...]:
        """What has to stand beside every recommendation."""
        return tuple(finding for finding in self.findings if finding.light == "red")

    @property
    def worst(self) -> Imbalance:
        """In what those with and without an offer differ most, of what is more than chance where anything is."""
        return worst_imbalance(self.balance)

    def with_findings(self, more: Iterable[Finding]) -> Honesty:
        """Return the panel with more findings, each among those of its light."""
        return replace(self, findings=in_order((*self.findings, *more)))

    def to_json(self) -> str:
        """Return the panel as JSON text."""
        return json.dumps(asdict(self), allow_nan=False)

    @classmethod
    def from_json(cls, text: str) -> Honesty:
        """Return the panel that ``to_json`` wrote."""
        held: dict[str, Any] = json.loads(text)
        held["findings"] = tuple(Finding(**one) for one in held["findings"])
        held["balance"] = tuple(Imbalance(**one) for one in held["balance"])
        shape = held["overlap"]
        counts = tuple(tuple(row) for row in shape["counts"])
        held["overlap"] = Overlap(**(shape | {"offers": tuple(shape["offers"]), "counts": counts}))
        held["placebo"] = Placebo(tuple(held["placebo"]["z"]), held["placebo"]["customers"])
        held["calibration"] = CalibrationLine(**held["calibration"]) if held["calibration"] else None
        return cls(**held)


def in_order(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Return findings red, amber, green, each light in the order given."""
    return tuple(sorted(findings, key=lambda one: LIGHTS.index(one.light)))


def check_honesty(model: UpliftModel, *, context: JobContext | None = None) -> Honesty:
    """Check whether a model's trial can be believed.

    Are the arms alike, do they overlap, does shuffling the offers make the signal go, do predictions keep their
    promise. Raises JobCancelled.
    """
    context = context or JobContext()
    sample, evaluation = model.sample, model.evaluation
    trial = sample.trial
    context.progress(0.0, "Checking the last campaign")
    with one_thread():
        balance = imbalances(sample.space, sample.rows, trial)
        shared = overlap(sample, context.part(0.1, 0.5))
        shuffled = placebo(sample, context.part(0.5, 1.0))
    strength, at_least = (None, None) if trial.is_randomised else _e_values(trial, evaluation)
    findings = (
        signal_finding(evaluation),
        _arms_finding(trial, balance, shared),
        *_overlap_findings(trial, shared),
        _placebo_finding(shuffled),
        *_calibration_findings(evaluation),
        *_cause_findings(trial, strength),
    )
    return Honesty(
        in_order(findings), len(trial.arm), trial.is_randomised, balance, shared, shuffled, evaluation.calibration,
        strength, at_least,
    )  # fmt: skip


def is_left_to_chance(model: UpliftModel, *, context: JobContext | None = None) -> bool:
    """Return whether a lot may have drawn who got which offer: the features do not tell it. Raises JobCancelled."""
    sample = model.sample
    with one_thread():
        balance = imbalances(sample.space, sample.rows, sample.trial)
        shared = overlap(sample, context or JobContext())
    return _arms_finding(sample.trial, balance, shared).light != "red"


def signal_finding(evaluation: UpliftEvaluation) -> Finding:
    """Say whether customers differ in how offers work on them."""
    low, high = (100 * end for end in (evaluation.qini_low, evaluation.qini_high))
    if evaluation.has_signal:
        said = f"The signal is real: ranking customers wins {low:.2g} to {high:.2g} of 100 more than a lot would."
        return Finding("green", "signal", said, evaluation.customers)
    said = (
        f"We found no difference between customers (likely range {low:.2g} to {high:.2g} of 100). "
        "Send the best single offer to all, or none."
    )
    return Finding("red", "no signal", said, evaluation.customers)


def _arms_finding(trial: Trial, balance: tuple[Imbalance, ...], shared: Overlap) -> Finding:
    """Say whether those with and without an offer are alike, once weighted."""
    customers = len(trial.arm)
    worst = worst_imbalance(balance)
    size, feature = abs(worst.difference), worst.feature.replace("_", " ")
    apart = f"{feature} differs by {size:.2f} standard deviations with {worst.offer}"
    by_lot = trial.is_randomised and trial.propensity is None
    is_large = abs(worst.difference) > LARGE and worst.z_alone > SURE
    if (by_lot and shared.told > SURE) or (is_large and abs(worst.difference) > 2 * LARGE):
        return Finding("red", "arms differ", f"Who got which offer was not left to chance: {apart}.", customers)
    if is_large or (by_lot and shared.told > LIKELY):
        said = f"Those with and without an offer are not quite alike: {apart}."
        return Finding("amber", "arms differ", said, customers)
    return Finding("green", "arms alike", "Those with and without an offer are alike.", customers)


def worst_imbalance(balance: tuple[Imbalance, ...]) -> Imbalance:
    """Return the largest difference between the arms of those that are more than chance, or else of all."""
    return max(balance, key=lambda one: (one.z_alone > SURE, abs(one.difference)))


def _overlap_findings(trial: Trial, shared: Overlap) -> tuple[Finding, ...]:
    customers, worth = len(trial.arm), shared.effective / len(trial.arm)
    if trial.propensity is None:
        return ()
    found = []
    if shared.trimmed > MANY_TRIMMED:
        said = f"{shared.trimmed:.0%} of the customers could hardly have got anything else than they did."
        found.append(Finding("red" if shared.trimmed > 0.2 else "amber", "overlap", said, customers))
    if worth < FEW_EFFECTIVE:
        said = f"Once weighted, the {customers:,} customers are worth only {shared.effective:,.0f}."
        found.append(Finding("amber", "few effective", said, customers))
    return tuple(found)


def _placebo_finding(shuffled: Placebo) -> Finding:
    alarms, count = sum(z > Z95 for z in shuffled.z), shuffled.customers
    said = f"Shuffled among the customers, the offers show a signal in {alarms} of {len(shuffled.z)} trials."
    if alarms >= 2 or max(shuffled.z) > SURE:
        return Finding("red", "placebo", f"{said} Something in the data looks like an effect and is none.", count)
    if max(shuffled.z) > LIKELY:
        return Finding("amber", "placebo", said, count)
    return Finding("green", "placebo", "Shuffled among the customers, the offers show no signal.", count)


def _calibration_findings(evaluation: UpliftEvaluation) -> tuple[Finding, ...]:
    """Say whether predictions keep what they promise; without a signal there is nothing to keep."""
    line = evaluation.calibration
    if line is None or not evaluation.has_signal:
        return ()
    came, low, high = (10 * slope for slope in (line.slope, line.slope_low, line.slope_high))
    kept = f"Where 10 points more were predicted, {came:.1f} came ({low:.1f} to {high:.1f})."
    if line.slope_high < TOO_BOLD:
        return (Finding("amber", "calibration", f"Predictions are too bold. {kept}", evaluation.customers),)
    if line.slope_low > TOO_SHY:
        return (Finding("amber", "calibration", f"Predictions are too cautious. {kept}", evaluation.customers),)
    return (Finding("green", "calibration", f"Predictions keep their promise. {kept}", evaluation.customers),)


def _e_values(trial: Trial, evaluation: UpliftEvaluation) -> tuple[float | None, float | None]:
    """Return the E-value of the best offer's average effect, and of its interval's end nearest to none."""
    rate = control_rate(trial)
    best = max(evaluation.arms[1:], key=lambda arm: abs(arm.uplift))
    if rate <= 0:
        return None, None
    near = max(best.low, 0.0) if best.uplift > 0 else min(best.high, 0.0)
    values = (e_value((rate + change) / rate) for change in (best.uplift, near))
    strength, at_least = (None if math.isnan(value) else value for value in values)
    return strength, at_least


def _cause_findings(trial: Trial, strength: float | None) -> tuple[Finding, ...]:
    if trial.is_randomised:
        return ()
    away = f" An unseen cause {strength:.1f} times as strong would explain it away." if strength else ""
    return (Finding("amber", "not randomised", f"Seen together, not caused.{away}", len(trial.arm)),)
