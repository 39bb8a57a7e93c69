"""What is known of a share and of a mean when answers about one person hang together."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.floating]
Persons = npt.NDArray[np.object_] | npt.NDArray[np.str_] | npt.NDArray[np.integer]

CONFIDENCE = 0.95


@dataclass(frozen=True)
class Interval:
    """An estimate and where the true value lies with 95 % confidence."""

    estimate: float
    low: float
    high: float


def mean_interval(values: Floats, persons: Persons, confidence: float = CONFIDENCE) -> Interval:
    """Return the mean of (n,) values with its interval, by Student's t on the sums of each person's deviations.

    With one person nothing is known: the interval is endless. Source: Liang and Zeger (1986), Biometrika 73(1).
    """
    from scipy.stats import t

    mean = float(np.mean(values))
    people = len(np.unique(persons))
    if people < 2:
        return Interval(mean, -math.inf, math.inf)
    reach = float(t.ppf((1 + confidence) / 2, people - 1)) * _variance(values, persons) ** 0.5
    return Interval(mean, mean - reach, mean + reach)


def share_interval(hits: Floats, persons: Persons) -> Interval:
    """Return the share of (n,) hits, 0 to 1 each, with Wilson's interval.

    Where one person's hits hang together, n is the number of answers that say as much without that.
    Source: Wilson (1927), JASA 22(158); Korn and Graubard (1998), Survey Methodology 24(2).
    """
    from scipy.stats import norm, t

    share = float(np.mean(hits))
    alone = share * (1 - share) / len(hits)
    people = len(np.unique(persons))
    count = float(len(hits))
    if alone > 0 and people > 1:
        few = float(t.ppf((1 + CONFIDENCE) / 2, people - 1) / norm.ppf((1 + CONFIDENCE) / 2))
        count /= max(1.0, _variance(hits, persons) / alone * few**2)
    return Interval(share, *wilson(share, count))


def wilson(share: float, count: float) -> tuple[float, float]:
    """Return Wilson's interval for a share among ``count`` independent answers."""
    from scipy.stats import norm

    z2 = float(norm.ppf((1 + CONFIDENCE) / 2)) ** 2
    middle = (share + z2 / (2 * count)) / (1 + z2 / count)
    reach = np.sqrt(z2 * (share * (1 - share) / count + z2 / (4 * count**2))) / (1 + z2 / count)
    return max(0.0, float(middle - reach)), min(1.0, float(middle + reach))


def _variance(values: Floats, persons: Persons) -> float:
    """Return the variance of the mean when values of one person may be correlated."""
    _, index = np.unique(persons, return_inverse=True)
    sums = np.bincount(index, np.asarray(values, np.float64) - np.mean(values))
    people = len(sums)
    return float(people / (people - 1) * np.sum(sums**2) / len(values) ** 2)
