"""How strong a cause that nobody saw must be to explain an association away."""

from __future__ import annotations

import math


def e_value(ratio: float) -> float:
    """Return how strong an unseen cause must be, as a ratio with both sides, to explain a ratio of chances away.

    1 for no association; ratios below 1 count as their inverse. Source: VanderWeele and Ding (2017), Annals of
    Internal Medicine 167(4).
    """
    if not ratio > 0.0:
        return math.nan
    away = max(ratio, 1.0 / ratio)
    return away + math.sqrt(away * (away - 1.0))
