"""Round numbers for an axis."""

from __future__ import annotations

import numpy as np


def nice_steps(low: float, high: float, most: int = 5) -> tuple[float, ...]:
    """Return at most about ``most`` round numbers between two ends, zero among them where it lies between."""
    if not high > low:
        return (low,)
    rough = (high - low) / most
    power = 10.0 ** np.floor(np.log10(rough))
    step = next(factor * power for factor in (1.0, 2.0, 2.5, 5.0, 10.0) if factor * power >= rough * 0.999)
    first, last = int(np.ceil(low / step - 1e-9)), int(np.floor(high / step + 1e-9))
    return tuple(float(step * place) for place in range(first, last + 1))
