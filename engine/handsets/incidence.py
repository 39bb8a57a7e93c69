"""The cumulative incidence of competing events, from observations that begin late and end early."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]

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

    def __getitem__(self, kept: BoolArray | IntArray) -> Observed:
        return Observed(
            self.entry[kept], self.change_until[kept], self.leave_until[kept], self.cause[kept], self.weight[kept]
        )

    def __len__(self) -> int:
        return len(self.entry)


@dataclass(frozen=True)
class Counts:
    """Spells counted by day of the handset's age, from day 1; weighted as the spells are.

    ``events`` (days, makers + 1) is what happens, leaving last; ``squared`` the same with squared weights; ``watched``
    and ``staying`` (days,) who is at risk of a change and of leaving.
    """

    events: FloatArray
    squared: FloatArray
    watched: FloatArray
    staying: FloatArray

    def until(self, horizon: int) -> Counts:
        """Return the counts of the first days."""
        return Counts(self.events[:horizon], self.squared[:horizon], self.watched[:horizon], self.staying[:horizon])

    def one_by_one(self) -> Iterator[Counts]:
        """Yield the counts along their front axis."""
        for parts in zip(self.events, self.squared, self.watched, self.staying, strict=True):
            yield Counts(*parts)


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
    _chances: Chances
    followed: int

    @cached_property
    def any_variance(self) -> FloatArray:
        """The variance of ``any``, by day."""
        return _variance_by_day(self.any, self._chances.before, self._chances.later, self._chances.spread)


def cumulative_incidence(observed: Observed, makers: int, horizon: int) -> Incidence:
    """Estimate the chance of a change to each of ``makers`` makers within ``horizon`` days, before leaving."""
    end = np.where(observed.cause == LEAVING, observed.leave_until, observed.change_until)
    happens = (observed.cause != CENSORED) & (end <= horizon) & (end > observed.entry)
    cause = np.where(observed.cause == LEAVING, makers, observed.cause)[happens]
    weight = observed.weight[happens]
    shape = (horizon, makers + 1)  # day 1 to the horizon
    cell = (end[happens] - 1) * (makers + 1) + cause
    events, squared = (
        np.asarray(np.bincount(cell, part, minlength=shape[0] * shape[1]).reshape(shape), dtype=np.float64)
        for part in (weight, weight**2)
    )
    watched, staying = (_at_risk(observed, until, horizon) for until in (observed.change_until, observed.leave_until))
    return incidence_of(Counts(events, squared, watched, staying))


def incidence_of(counts: Counts) -> Incidence:
    """Estimate the chance of a change to each maker within the days counted, before leaving."""
    chances = chances_of(counts)
    any_change = np.append(0.0, chances.reached.sum(axis=1))
    return Incidence(
        chances.reached[-1],
        chances.variance,
        float(counts.watched.sum()) / len(counts.watched),
        any_change,
        chances,
        _followed(counts.watched, chances.before),
    )


@dataclass(frozen=True)
class Chances:
    """The chance ``reached`` of each change by the end of each day, and the variance of the last.

    ``before`` is the chance to have seen nothing yet when a day begins, ``later`` one over that to see nothing on it,
    ``spread`` each hazard's variance. All may have axes for many counts in front.
    """

    reached: FloatArray
    variance: FloatArray
    before: FloatArray
    later: FloatArray
    spread: FloatArray


def chances_of(counts: Counts) -> Chances:
    """Estimate the chances of one or many counts.

    Aalen-Johansen with late entry; the variance is the delta method's on the hazards (Greenwood's type), with squared
    weights where the spells have weights. Causes are independent competing risks of one multi-state model, so that
    neither "not yet" nor leaving counts as an answer. Source: Andersen, Borgan, Gill, Keiding (1993), IV.4.
    """
    makers = counts.events.shape[-1] - 1
    at_risk = np.empty(counts.events.shape)
    at_risk[..., :makers] = counts.watched[..., None]
    at_risk[..., makers] = counts.staying
    at_risk = np.maximum(at_risk, 1e-12)
    hazard = counts.events / at_risk
    every = hazard.sum(axis=-1)
    survival = np.cumprod(1.0 - np.minimum(every, 1.0), axis=-1)
    before = np.concatenate([np.ones_like(survival[..., :1]), survival[..., :-1]], axis=-1)
    reached = np.cumsum(before[..., None] * hazard[..., :makers], axis=-2)
    spread = counts.squared / at_risk**2
    still = 1.0 - every
    later = np.where(still > NOBODY_LEFT, 1.0 / np.maximum(still, NOBODY_LEFT), 0.0)
    to_come = (reached[..., -1:, :] - reached) * later[..., None]  # what an event now takes away from what would come
    variance = (to_come**2 * spread.sum(axis=-1)[..., None]).sum(axis=-2)
    level = before[..., None]
    variance += ((level**2 - 2.0 * level * to_come) * spread[..., :makers]).sum(axis=-2)
    return Chances(reached, np.maximum(variance, 0.0), before, later, spread)


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


def interval(
    probability: FloatArray, variance: FloatArray, exposed: float | FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Return a 95 % interval for each probability, on the complementary log-log scale, within 0 to 1.

    Where no event was seen, it goes from 0 to the exact binomial bound for as many spells as were exposed.
    """
    inner = (probability > 0.0) & (probability < 1.0)
    safe = np.where(inner, probability, 0.5)
    log = np.log1p(-safe)
    step = np.minimum(Z95 * np.sqrt(variance) / np.abs((1.0 - safe) * log), MOST_STEP)
    low = -np.expm1(log * np.exp(-step))
    high = -np.expm1(log * np.exp(step))
    edge = 0.025 ** (1.0 / np.maximum(exposed, 1e-9))
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
