"""A randomised campaign as the learners see it, checked once where it enters."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from engine.columns import NO_OFFER
from engine.errors import InputError

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]

SMALLEST_ARM = 100
FEWEST_CUSTOMERS = 500
FEWEST_ANSWERS = 10
LEAST_CHANCE = 0.02  # propensities nearer to 0 or 1 are cut there: one customer must not speak for hundreds
DRAWN: Literal["drawn"] = "drawn"  # by lot, with the same chance for all
ESTIMATED: Literal["estimated"] = "estimated"  # not by lot: the features have to tell the chances


@dataclass(frozen=True)
class Trial:
    """Who got which offer and who said yes. Arm 0 is the control group, arm j got ``offers[j - 1]``.

    ``weight`` (customers,) says how many others each stands for, on average 1. ``propensity`` (customers, arms) is the
    chance that each had to be in each arm, where it was not the same for all; ``is_randomised`` whether a lot drew by
    these chances, rather than somebody's choice that they only imitate.
    """

    offers: tuple[str, ...]
    arm: IntArray
    outcome: FloatArray
    weight: FloatArray | None = None
    propensity: FloatArray | None = None
    is_randomised: bool = True

    @property
    def shares(self) -> FloatArray:
        """Share of customers in each arm: the chance of being in it where all had the same."""
        counts = np.bincount(self.arm, self.weight, minlength=len(self.offers) + 1)
        shares: FloatArray = counts / counts.sum()
        return shares

    @property
    def weights(self) -> FloatArray:
        """Weight of each customer, on average 1."""
        return np.ones(len(self.arm)) if self.weight is None else self.weight

    @property
    def chances(self) -> FloatArray:
        """Chance of each customer to be in each arm, (customers, arms)."""
        if self.propensity is None:
            return np.broadcast_to(self.shares, (len(self.arm), len(self.offers) + 1))
        return self.propensity

    @property
    def balance(self) -> FloatArray:
        """Weights under which the arms are as if drawn by lot: all 1 where they were."""
        if self.propensity is None:
            return self.weights
        own = self.propensity[np.arange(len(self.arm)), self.arm]
        balanced: FloatArray = self.weights * self.shares[self.arm] / own
        return balanced

    def balance_of(self, rows: IntArray) -> FloatArray | None:
        """Return ``balance`` of some rows, or None where it is 1 for all."""
        return None if self.weight is None and self.propensity is None else self.balance[rows]


def check_trial(
    features: pd.DataFrame,
    treatment: Sequence[Any],
    outcome: Sequence[Any],
    *,
    weight: Sequence[float] | None = None,
    propensity: pd.DataFrame | None = None,
) -> Trial:
    """Return the trial behind columns of equal length; raise InputError where they cannot be one.

    ``propensity`` has a column per offer and one for NO_OFFER, which add up to 1 in every row.
    """
    keys = np.asarray(treatment, dtype=object)
    answers = np.asarray(outcome)
    if not len(features) == len(keys) == len(answers):
        raise InputError(
            f"The history does not fit together: {len(features)} customers, {len(keys)} offers and "
            f"{len(answers)} outcomes. Give one offer and one outcome per customer."
        )
    if answers.ndim != 1:
        raise InputError("The outcomes of the history are a table. Give one outcome per customer: 1 for yes, 0 for no.")
    if features.shape[1] == 0:
        raise InputError("Nothing is known about the customers of the history, so offers cannot be compared.")
    if len(keys) < FEWEST_CUSTOMERS:
        raise InputError(
            f"The history has only {len(keys)} customers; at least {FEWEST_CUSTOMERS} are needed to tell what an offer "
            "changes. Use a larger campaign."
        )
    offers, arm = _arms(keys)
    trial = Trial(
        offers,
        arm,
        _checked_outcome(answers),
        None if weight is None else _checked_weight(np.asarray(weight, dtype=object), len(arm)),
        None if propensity is None else _checked_propensity(propensity, (NO_OFFER, *offers), len(arm)),
    )
    _check_answers(trial)
    return trial


def _arms(keys: npt.NDArray[np.object_]) -> tuple[tuple[str, ...], IntArray]:
    """Return the offers in alphabetical order and each row's arm."""
    missing = pd.isna(keys)
    if missing.any():
        raise InputError(
            f'Row {int(missing.argmax()) + 1} of the history names no offer. Write "{NO_OFFER}" for the control group.'
        )
    names, codes = np.unique(keys.astype(str), return_inverse=True)
    counts = dict(zip(names.tolist(), np.bincount(codes).tolist(), strict=True))
    if NO_OFFER not in counts:
        raise InputError(
            f'The history has no control group: no customer has the offer "{NO_OFFER}". '
            "Without customers who got no offer, nobody can tell what an offer changes."
        )
    offers = tuple(name for name in counts if name != NO_OFFER)
    if not offers:
        raise InputError("The history holds the control group only: no customer got an offer.")
    for name, count in counts.items():
        if count < SMALLEST_ARM:
            group, do = f'The offer "{name}"', "Leave that offer out, or use a larger campaign."
            if name == NO_OFFER:
                group, do = "The control group", "Use a campaign with a larger one."
            raise InputError(
                f"{group} has only {count} customers in the history; at least {SMALLEST_ARM} are needed. {do}"
            )
    place = {NO_OFFER: 0} | {name: j for j, name in enumerate(offers, start=1)}
    return offers, np.array([place[name] for name in names.tolist()], dtype=np.int64)[codes]


def _checked_outcome(answers: npt.NDArray[Any]) -> FloatArray:
    """Return the outcomes as 0.0 and 1.0."""
    numbers = pd.to_numeric(pd.Series(answers), errors="coerce").to_numpy(dtype=np.float64, na_value=np.nan)
    wrong = ~np.isin(numbers, (0.0, 1.0))
    if wrong.any():
        row = int(wrong.argmax())
        raise InputError(
            f'Row {row + 1} of the history has the outcome "{answers[row]}". Write 1 for yes and 0 for no.'
        )
    return numbers


def _checked_weight(given: npt.NDArray[np.object_], rows: int) -> FloatArray:
    """Return the weights, scaled to be 1 on average."""
    numbers = pd.to_numeric(pd.Series(given), errors="coerce").to_numpy(dtype=np.float64, na_value=np.nan)
    if len(numbers) != rows:
        raise InputError(f"There are {len(numbers)} weights for {rows} customers. Give one weight per customer.")
    wrong = ~(np.isfinite(numbers) & (numbers > 0))
    if wrong.any():
        row = int(wrong.argmax())
        raise InputError(f'Row {row + 1} of the history has the weight "{given[row]}". Give a number above 0.')
    scaled: FloatArray = numbers / numbers.mean()
    return scaled


def _checked_propensity(given: pd.DataFrame, arms: tuple[str, ...], rows: int) -> FloatArray:
    """Return (rows, arms) chances, cut at LEAST_CHANCE."""
    for name in arms:
        if name not in given.columns:
            raise InputError(f'The chance to get "{name}" is missing. Give one column per offer, and one for "none".')
    chances = given[list(arms)].to_numpy(dtype=np.float64, na_value=np.nan)
    if len(chances) != rows:
        raise InputError(
            f"There are chances for {len(chances)} customers, but {rows} customers. Give one row for each."
        )
    wrong = ~(np.isfinite(chances) & (chances > 0) & (chances < 1)).all(axis=1)
    wrong |= ~(np.abs(chances.sum(axis=1) - 1) < 1e-6)
    if wrong.any():
        raise InputError(
            f"Row {int(wrong.argmax()) + 1} of the chances to get an offer is no set of chances. "
            "Each must lie between 0 and 1, and those of a row add up to 1."
        )
    cut: FloatArray = np.clip(chances, LEAST_CHANCE, 1 - LEAST_CHANCE)
    return cut


def _check_answers(trial: Trial) -> None:
    """Raise InputError if so few said yes (or no), with or without an offer, that nothing can be learnt from them."""
    for j, offer in enumerate(trial.offers, start=1):
        answers = trial.outcome[(trial.arm == 0) | (trial.arm == j)]
        yes = int(answers.sum())
        for count, word in ((yes, "yes"), (len(answers) - yes, "no")):
            if count < FEWEST_ANSWERS:
                raise InputError(
                    f'Only {count} of the customers with the offer "{offer}" and of the control group said {word}; '
                    f"at least {FEWEST_ANSWERS} are needed to tell who does. Leave that offer out, or use a larger "
                    "campaign."
                )


def too_few_answers(trial: Trial) -> str:
    """Return why nothing can be learnt from each arm by itself; empty if something can."""
    for j, offer in enumerate((NO_OFFER, *trial.offers)):
        yes = int(trial.outcome[trial.arm == j].sum())
        fewest = min(yes, int((trial.arm == j).sum()) - yes)
        if fewest < FEWEST_ANSWERS:
            return (
                f'It needs {FEWEST_ANSWERS} customers of each answer in every arm; with "{offer}" there are {fewest}.'
            )
    return ""


def unknown_offer(offer: str, known: Sequence[str]) -> InputError:
    """Return the error for an offer of which the trial says nothing."""
    return InputError(
        f'The offer "{offer}" was not in the last campaign (it had {", ".join(known)}), '
        "so nothing is known about how it works. Take it out of the offers, or test it first."
    )
