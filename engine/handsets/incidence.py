"""The cumulative incidence of competing events, from observations that begin late and end early."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

Z95 = 1.959963984540054


@dataclass(frozen=True)
class Observed:
    """Spells under observation, as parallel arrays; times in whole days of the handset's age.

    A spell is at risk of a change in (entry, change_until] and of leaving in (entry, leave_until]: leaving is noticed
    at once, a change only after its dwell. ``cause`` is CENSORED, LEAVING, or the number of the next maker.
    """

    entry: IntArray
    change_until: IntArray
    leave_until: IntArray
    cause: IntArray
    weight: FloatArray

    def __getitem__(self, kept: NDArray[np.bool_] | IntArray) -> Observed:
        return Observed(
            self.entry[kept], self.change_until[kept], self.leave_until[kept], self.cause[kept], self.weight[kept]
        )

    def __len__(self) -> int:
        return len(self.entry)

    def weighted(self, weight: FloatArray) -> Observed:
        """Return the same spells with other weights."""
        return Observed(self.entry, self.change_until, self.leave_until, self.cause, weight)


CENSORED, LEAVING = -1, -2
FEWEST_FOLLOWED = 10
NOBODY_LEFT = 1e-9
MOST_STEP = 50.0


@dataclass(frozen=True)
class Incidence:
    """The chance of each change within the horizon, with its variance, one entry per maker.

    ``any`` and ``any_variance`` are the chance of a change to whatever maker by the end of day 0, 1, .. horizon.
    ``followed`` is the day up to which there were always enough in sight: on each day until then the spells watched
    stand for at least 10 that were watched from their beginning. Beyond it the estimate knows nothing and stands still.
    """

    probability: FloatArray
    variance: FloatArray
    exposed: float  # spells' worth of time under observation, in units of the horizon
    any: FloatArray
    any_variance: FloatArray
    followed: int


def cumulative_incidence(observed: Observed, makers: int, horizon: int) -> Incidence:
    """Estimate the chance of a change to each of ``makers`` makers within ``horizon`` days, before leaving.

    Aalen-Johansen with late entry; the variance is the delta method's on the hazards (Greenwood's type), with squared
    weights where the spells have weights. Causes are independent competing risks of one multi-state model, so that
    neither "not yet" nor leaving counts as an answer. Source: Andersen, Borgan, Gill, Keiding (1993), IV.4.
    """
    end = np.where(observed.cause == LEAVING, observed.leave_until, observed.change_until)
    happens = (observed.cause != CENSORED) & (end <= horizon) & (end > observed.entry)
    cause = np.where(observed.cause == LEAVING, makers, observed.cause)[happens]
    weight = observed.weight[happens]
    shape = (horizon, makers + 1)  # day 1 to the horizon
    cell = (end[happens] - 1) * (makers + 1) + cause
    events = np.bincount(cell, weight, minlength=shape[0] * shape[1]).reshape(shape)
    squared = np.bincount(cell, weight**2, minlength=shape[0] * shape[1]).reshape(shape)
    watched = _at_risk(observed, observed.change_until, horizon)
    at_risk = np.empty(shape)
    at_risk[:, :makers] = watched[:, None]
    at_risk[:, makers] = _at_risk(observed, observed.leave_until, horizon)
    at_risk = np.maximum(at_risk, 1e-12)
    hazard = events / at_risk
    survival = np.cumprod(1.0 - np.minimum(hazard.sum(axis=1), 1.0))
    before = np.append(1.0, survival)[:-1]
    reached = np.cumsum(before[:, None] * hazard[:, :makers], axis=0)
    probability = reached[-1]
    spread = squared / at_risk**2
    still = 1.0 - hazard.sum(axis=1)
    later = np.where(still > NOBODY_LEFT, 1.0 / np.maximum(still, NOBODY_LEFT), 0.0)
    to_come = (probability - reached) * later[:, None]  # what an event now takes away from what would have come
    variance = (to_come**2 * spread.sum(axis=1)[:, None]).sum(axis=0)
    variance += ((before[:, None] ** 2 - 2.0 * before[:, None] * to_come) * spread[:, :makers]).sum(axis=0)
    stop = np.minimum(observed.change_until, horizon)
    exposed = float((np.maximum(stop - observed.entry, 0) * observed.weight).sum() / horizon)
    any_change = np.append(0.0, reached.sum(axis=1))
    return Incidence(
        probability,
        np.maximum(variance, 0.0),
        exposed,
        any_change,
        _variance_by_day(any_change, before, later, spread),
        _followed(watched, before),
    )


def _variance_by_day(any_change: FloatArray, before: FloatArray, later: FloatArray, spread: FloatArray) -> FloatArray:
    """Return the variance of the chance of any change by the end of each day, from running sums."""
    reached, own = any_change[1:], spread[:, :-1].sum(axis=1)
    every = spread.sum(axis=1) * later**2
    changed = own * before
    zeroth, first, second = (np.cumsum(part) for part in (every, every * reached, every * reached**2))
    level = np.cumsum(changed * before)
    slope, rise = np.cumsum(changed * later), np.cumsum(changed * later * reached)
    total = reached**2 * zeroth - 2.0 * reached * first + second + level - 2.0 * (reached * slope - rise)
    return np.append(0.0, np.maximum(total, 0.0))


def _followed(watched: FloatArray, before: FloatArray) -> int:
    """Return the last day up to which enough are in sight; whoever changed or left was followed to the end."""
    is_too_few = (watched < FEWEST_FOLLOWED * before) & (before > NOBODY_LEFT)
    return int(is_too_few.argmax()) if is_too_few.any() else len(watched)


def interval(probability: FloatArray, variance: FloatArray, exposed: float) -> tuple[FloatArray, FloatArray]:
    """Return a 95 % interval for each probability, on the complementary log-log scale, within 0 to 1.

    Where no event was seen, it goes from 0 to the exact binomial bound for as many spells as were exposed.
    """
    inner = (probability > 0.0) & (probability < 1.0)
    safe = np.where(inner, probability, 0.5)
    log = np.log1p(-safe)
    step = np.minimum(Z95 * np.sqrt(variance) / np.abs((1.0 - safe) * log), MOST_STEP)
    low = -np.expm1(log * np.exp(-step))
    high = -np.expm1(log * np.exp(step))
    edge = 0.025 ** (1.0 / max(exposed, 1e-9))
    low = np.where(inner, low, np.where(probability > 0.0, edge, 0.0))
    high = np.where(inner, high, np.where(probability > 0.0, 1.0, 1.0 - edge))
    return low, high


def _at_risk(observed: Observed, until: IntArray, horizon: int) -> FloatArray:
    """Return the weight of the spells at risk on day 1 to the horizon: entered before it and not over before it."""
    watched = until > observed.entry
    weight = observed.weight[watched]
    entered, over = (
        np.bincount(np.minimum(times[watched], horizon), weight, minlength=horizon + 1)[:horizon]
        for times in (observed.entry, until)
    )
    return np.asarray(np.cumsum(entered - over), dtype=np.float64)
