"""The planted loyalty: what an Aalen-Johansen estimate from the logs has to find."""

from __future__ import annotations

import numpy as np
import pandas as pd

from engine.demo.people import People
from engine.demo.world import AGE_BANDS, MAKERS, TOWNS, FloatArray, IntArray

HORIZON_MONTHS = 24
STEPS = 10  # per month of the handset's age
ALL = "all"


class RiskTally:
    """Who was at risk at which age of the handset, and what the planted hazards then were.

    Sums over customers are kept per maker, age band, town and tenth of a handset month.
    """

    def __init__(self, people: People) -> None:
        self._group = people.band * len(TOWNS) + people.town
        self._shape = (len(MAKERS), len(AGE_BANDS), len(TOWNS), HORIZON_MONTHS * STEPS)
        self._sums = np.zeros((len(MAKERS) + 2, int(np.prod(self._shape))))

    def add(
        self, rows: IntArray, maker: IntArray, months: FloatArray, hazard: FloatArray, leaving: FloatArray,
        seen: FloatArray,
    ) -> None:  # fmt: skip
        """Count one month of the customers ``rows``, from handset age ``months`` on.

        ``hazard`` is (rows, makers) per month, ``leaving`` the hazard times ``seen``, the share of the month in which
        each is a customer.
        """
        total = np.maximum(hazard.sum(axis=1) + leaving, 1e-12)
        at_risk = -np.expm1(-total) / total  # the share of the month before something happens
        step = np.floor(months * STEPS + 0.5).astype(np.int64)
        young = step < self._shape[-1]
        cell = (maker * len(AGE_BANDS) * len(TOWNS) + self._group[rows]) * self._shape[-1] + step
        parts = [seen * at_risk, leaving * at_risk, *(hazard * (seen * at_risk)[:, None]).T]
        for row, part in enumerate(parts):
            self._sums[row] += np.bincount(cell[young], part[young], minlength=self._sums.shape[1])

    def loyalty(self) -> pd.DataFrame:
        """Return the planted chance of the next maker within 24 months: maker, next_maker, age_band, residence,
        probability.

        For an owner of a handset of ``maker``, from the day it is new: the chance that the next handset comes within
        24 months, is of ``next_maker``, and comes before the customer leaves the operator (the cumulative incidence
        with competing risks). A group's hazard at each age of the handset is the mean of the planted hazards of the
        customers of the group whose handset had that age in the logs and who were then at risk (with the influence
        of their contacts as it then was); the incidence follows from the group's hazards. This is the compensator of
        the Aalen-Johansen estimate with late entry: the estimate differs from it by chance alone. Since the five
        simulated years before the logs bring handset ages into balance, it is also the average over all handsets
        bought. ``age_band`` and ``residence`` are "all" where a row is for everybody. A group nobody of which was
        at risk has no rows.
        """
        sums = _with_totals(self._sums.reshape(-1, *self._shape))
        sums = np.cumsum(sums, axis=-1)
        sums[..., STEPS:] -= sums[..., :-STEPS].copy()
        at_risk = sums[0]
        hazard = sums[1:] / np.maximum(at_risk, 1e-12) / STEPS
        total = hazard.sum(axis=0)
        surviving = np.exp(-(np.cumsum(total, axis=-1) - total))
        share = surviving * -np.expm1(-total) / np.maximum(total, 1e-15)
        chance = (hazard[1:] * share).sum(axis=-1)
        levels = [list(MAKERS), list(MAKERS), [*AGE_BANDS, ALL], [*(town.name for town in TOWNS), ALL]]
        index = pd.MultiIndex.from_product(levels, names=["next_maker", "maker", "age_band", "residence"])
        table = pd.DataFrame({"probability": chance.ravel()}, index=index).reset_index()
        present = np.broadcast_to(at_risk.max(axis=-1) > 0.0, chance.shape).ravel()
        return table.loc[present, ["maker", "next_maker", "age_band", "residence", "probability"]].reset_index(
            drop=True
        )


def _with_totals(sums: FloatArray) -> FloatArray:
    """Append to the axes of age band and town their totals."""
    for axis in (2, 3):
        sums = np.concatenate([sums, sums.sum(axis=axis, keepdims=True)], axis=axis)
    return sums
