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
    uplift: FloatArray, high: FloatArray, baseline: FloatArray, asked: npt.NDArray[np.bool_]
) -> npt.NDArray[Any]:
    """Return each customer's segment from the uplift of their best offer.

    Who gets an offer is persuadable. Who does not: a sleeping dog if even the best offer probably makes a yes less
    likely (the uplift is below 0 by half the way to the end of its likely range: five to one); else a sure thing if
    they say yes without an offer more often than the average customer; else a lost cause.
    """
    probably_less = (uplift + high) / 2 < 0
    quiet = np.where(probably_less, SLEEPING_DOG, np.where(baseline > baseline.mean(), SURE_THING, LOST_CAUSE))
    return np.where(asked, PERSUADABLE, quiet).astype(object)
