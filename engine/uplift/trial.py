"""A randomised campaign as the learners see it, checked once where it enters."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from engine.columns import NO_OFFER
from engine.errors import InputError

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]

SMALLEST_ARM = 100
FEWEST_ANSWERS = 10


@dataclass(frozen=True)
class Trial:
    """Who got which offer and who said yes. Arm 0 is the control group, arm j got ``offers[j - 1]``."""

    offers: tuple[str, ...]
    arm: IntArray
    outcome: FloatArray

    @property
    def shares(self) -> FloatArray:
        """Share of customers in each arm: the probability of being in it, as the arms were drawn at random."""
        return np.bincount(self.arm, minlength=len(self.offers) + 1) / len(self.arm)


def check_trial(features: pd.DataFrame, treatment: Sequence[Any], outcome: Sequence[Any]) -> Trial:
    """Return the trial behind three columns of equal length; raise InputError where they cannot be one."""
    keys = np.asarray(treatment, dtype=object)
    answers = np.asarray(outcome)
    if not len(features) == len(keys) == len(answers):
        raise InputError(
            f"The history does not fit together: {len(features)} customers, {len(keys)} offers and "
            f"{len(answers)} outcomes. Give one offer and one outcome per customer."
        )
    if features.shape[1] == 0:
        raise InputError("Nothing is known about the customers of the history, so offers cannot be compared.")
    trial = Trial(*_arms(keys), _checked_outcome(answers))
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
            group = "The control group" if name == NO_OFFER else f'The offer "{name}"'
            raise InputError(
                f"{group} has only {count} customers in the history; at least {SMALLEST_ARM} are needed. "
                "Leave that offer out, or use a larger campaign."
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


def unknown_offer(offer: str, known: Sequence[str]) -> InputError:
    """Return the error for an offer of which the trial says nothing."""
    return InputError(
        f'The offer "{offer}" was not in the last campaign (it had {", ".join(known)}), '
        "so nothing is known about how it works. Take it out of the offers, or test it first."
    )
