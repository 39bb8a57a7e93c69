"""The planted world: towns, makers, tastes and the dates that every part of the simulator shares."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.floating[Any]]
IntArray = NDArray[np.integer[Any]]
BoolArray = NDArray[np.bool_]

FIRST_DAY = np.datetime64("2024-11-01", "D")
LAST_DAY = np.datetime64("2026-10-31", "D")
LOG_DAYS = int((LAST_DAY - FIRST_DAY).astype(int)) + 1
MONTHS = 24
DAYS_PER_MONTH = LOG_DAYS / MONTHS
DAY_SECONDS = 86_400
MONTH_SECONDS = DAYS_PER_MONTH * DAY_SECONDS
THIS_YEAR = 2026

MAKERS = ("Samsung", "Xiaomi", "Huawei", "Apple", "Honor", "Motorola", "Nokia", "Other")
AGE_BANDS = ("18-24", "25-34", "35-44", "45-54", "55-64", "65+")
AGE_BAND_STARTS = (18, 25, 35, 45, 55, 65)


@dataclass(frozen=True)
class Town:
    """A place of residence. ``wealth`` (0 to 1) moves taste, loyalty and what an offer does."""

    name: str
    code: str
    share: float
    wealth: float
    cells: int


TOWNS = (
    Town("Budapest", "BUD", 0.30, 1.0, 60),
    Town("Debrecen", "DEB", 0.11, 0.5, 20),
    Town("Szeged", "SZE", 0.10, 0.5, 18),
    Town("Miskolc", "MIS", 0.08, 0.1, 16),
    Town("Pécs", "PEC", 0.08, 0.4, 16),
    Town("Győr", "GYO", 0.08, 0.8, 14),
    Town("Nyíregyháza", "NYI", 0.06, 0.1, 12),
    Town("Kecskemét", "KEC", 0.05, 0.4, 12),
    Town("Székesfehérvár", "SFV", 0.05, 0.7, 10),
    Town("Szombathely", "SZO", 0.03, 0.6, 8),
    Town("Eger", "EGE", 0.03, 0.3, 8),
    Town("Sopron", "SOP", 0.03, 0.8, 8),
)


@dataclass(frozen=True)
class Planted:
    """Everything that decides which handset comes next; one row or entry per maker, in the order of MAKERS."""

    loyalty: tuple[float, ...] = (0.60, 0.46, 0.30, 0.80, 0.38, 0.30, 0.28, 0.18)
    """Chance that the next handset is of the same maker, given that there is a next one: age and town in the middle."""
    loyalty_by_age: tuple[float, ...] = (0.30, -0.30, 0.15, -0.45, 0.0, 0.0, 0.70, 0.0)
    """Added to its log odds from the middle age band to the oldest; taken off towards the youngest."""
    loyalty_by_wealth: tuple[float, ...] = (-0.25, -0.30, 0.0, 0.60, 0.0, -0.10, -0.30, 0.0)
    """Added to its log odds from a town in the middle to the wealthiest; taken off towards the poorest."""
    attraction: tuple[float, ...] = (0.330, 0.225, 0.150, 0.050, 0.105, 0.080, 0.055, 0.035)
    """Share of those who change maker and come to this one."""
    attraction_by_age: tuple[float, ...] = (0.10, -0.20, 0.10, -0.60, -0.10, 0.10, 0.90, -0.10)
    attraction_by_wealth: tuple[float, ...] = (0.0, -0.40, -0.10, 0.70, -0.20, 0.0, -0.40, 0.20)
    first_share: tuple[float, ...] = (0.345, 0.205, 0.125, 0.115, 0.08, 0.06, 0.045, 0.025)
    """Makers in use five years before the logs begin."""
    change_months: tuple[float, ...] = (2.0, 8.0, 22.0, 30.0)
    change_hazard: tuple[float, ...] = (0.0, 0.010, 0.058, 0.026)
    """Monthly hazard of a next handset by months with the present one; straight lines between, flat outside."""
    change_by_age_band: tuple[float, ...] = (1.25, 1.15, 1.0, 0.95, 0.85, 0.70)
    leave_hazard: float = 0.0035
    """Monthly hazard of leaving the operator; twice that once the handset is 22 months old."""
    taste_spread: float = 0.7
    """Homophily: standard deviation of the log attraction that a community shares."""
    influence: float = 0.9
    """Log hazard ratio for a maker when all of one's ties use it against none."""


PLANTED = Planted()


def age_band(age: IntArray) -> IntArray:
    """Return the index in AGE_BANDS of each age in years."""
    return np.searchsorted(np.array(AGE_BAND_STARTS), age, side="right") - 1


def middle_out(band: IntArray) -> FloatArray:
    """Return -1 for the youngest age band, 1 for the oldest."""
    return np.asarray(band, dtype=np.float64) / (len(AGE_BANDS) - 1) * 2.0 - 1.0


def town_wealth(town: IntArray) -> FloatArray:
    """Return -1 for the poorest kind of town, 1 for the wealthiest."""
    return np.array([town.wealth for town in TOWNS])[town] * 2.0 - 1.0


def stream(seed: int, stage: str) -> np.random.Generator:
    """Return the random numbers of one stage: the same for the same seed, whatever the other stages draw."""
    return np.random.default_rng([seed, *stage.encode("ascii")])
