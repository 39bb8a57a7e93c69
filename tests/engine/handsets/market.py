"""Handsets whose hazards are known, seen through logs that cut on both sides."""

from __future__ import annotations

import numpy as np

from engine.handsets.incidence import CENSORED, LEAVING, Observed

HORIZON = 24
A, B = 0, 1


def observed(entry, until, cause, weight=None) -> Observed:
    """Return spells whose change and leaving are watched for equally long."""
    entry, until, cause = (np.asarray(part, dtype=np.int64) for part in (entry, until, cause))
    return Observed(entry, until, until, cause, np.ones(len(entry)) if weight is None else np.asarray(weight))


def without_entry(seen: Observed) -> Observed:
    """Return spells as if all had been watched from their beginning."""
    return observed(0 * seen.entry, seen.change_until, seen.cause)


class Market:
    """Handsets whose hazards by month of age are known, seen through logs of 24 months that cut on both sides."""

    def __init__(self, owns: bool) -> None:
        months = np.arange(1, 61)
        ramp = np.clip(months / 18, 0.15, 1.6)
        early = np.where(months <= 12, 1.6, 0.8)  # who goes elsewhere goes early: time and cause are associated
        self.to_a = (0.028 if owns else 0.010) * ramp
        self.to_b = (0.012 if owns else 0.030) * ramp * early
        self.leaving = np.full(60, 0.004)

    def truth(self) -> float:
        """Return the chance of coming to A within the horizon."""
        total = self.to_a + self.to_b + self.leaving
        before = np.append(1.0, np.cumprod(1 - total))[:HORIZON]
        return float((before * self.to_a[:HORIZON]).sum())

    def seen(self, handsets: int, rng: np.random.Generator) -> Observed:
        """Return what the logs show of handsets bought from 36 months before to 24 after their beginning."""
        start = rng.integers(-36, 24, handsets)
        risk = np.stack([self.to_a, self.to_b, self.leaving])
        survival = np.append(1.0, np.cumprod(1 - risk.sum(axis=0)))
        month = np.searchsorted(-survival, -rng.random(handsets), side="left").clip(1, 61)
        happens = month <= 60
        share = np.cumsum(risk, axis=0)[:, np.minimum(month, 60) - 1] / risk.sum(axis=0)[np.minimum(month, 60) - 1]
        cause = np.array([A, B, LEAVING])[(rng.random(handsets) > share).sum(axis=0)]
        entry, end = np.maximum(0, -start), 24 - start
        until = np.minimum(np.where(happens, month, 99), end)
        shown = until > entry
        cause = np.where(happens & (month <= end), cause, CENSORED)
        return observed(entry[shown], until[shown], cause[shown])
