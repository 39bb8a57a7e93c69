"""What is large to load, loaded piece by piece: a cancel waits for one of them, not for all."""

from __future__ import annotations

import importlib
from collections.abc import Sequence

from engine.job import JobContext

# In the order in which each stands on those before it
FOR_LEARNING = (
    "scipy.sparse",
    "scipy.linalg",
    "scipy.special",
    "scipy.spatial",
    "scipy.optimize",
    "scipy.interpolate",
    "scipy.ndimage",
    "scipy.integrate",
    "scipy.stats",
    "sklearn",
    "sklearn.preprocessing",
    "sklearn.decomposition",
    "sklearn.metrics",
    "sklearn.tree",
    "sklearn.ensemble",
    "sklift.models",
)
FOR_A_DEMO = ("pandas", "pyarrow.csv", "duckdb", "engine.demo")
FOR_A_CAMPAIGN = ("pandas", "duckdb", "engine.ads", "engine.offers")
FOR_FACES = ("PIL.Image", "cv2", "onnxruntime")


def load_libraries(names: Sequence[str], context: JobContext) -> None:
    """Import modules by name; raise JobCancelled between two."""
    for name in names:
        context.check()
        importlib.import_module(name)
