"""The four kinds of customers by what an offer does to them."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from engine.uplift.trial import FloatArray

PERSUADABLE = "persuadable"
SURE_THING = "sure thing"
LOST_CAUSE = "lost cause"
SLEEPING_DOG = "sleeping dog"
SEGMENTS = (PERSUADABLE, SURE_THING, LOST_CAUSE, SLEEPING_DOG)


def segments(
    uplift: FloatArray, low: FloatArray, high: FloatArray, baseline: FloatArray, asked: npt.NDArray[np.bool_]
) -> npt.NDArray[Any]:
    """Return each customer's segment from the uplift of their best offer.

    Who gets an offer is persuadable. Who does not: a sleeping dog if even the best offer makes a yes clearly less
    likely (the whole likely range is below 0); else a sure thing if they say yes without an offer more often than
    the average customer; else a lost cause.
    """
    quiet = np.where(high < 0, SLEEPING_DOG, np.where(baseline > baseline.mean(), SURE_THING, LOST_CAUSE))
    return np.where(asked, PERSUADABLE, quiet).astype(object)
