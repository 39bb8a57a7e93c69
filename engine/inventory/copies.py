"""Photos of the inventory that show nearly the same picture."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from engine.campaign import Campaign
from engine.job import JobContext

NEAR = 0.99  # cosine over which two photos are one picture, saved twice or cut differently
BLOCK = 512


@dataclass(frozen=True)
class NearCopy:
    """Two photos that are nearly one."""

    photo: str
    other: str
    cosine: float


def near_copies(
    campaign: Campaign, keys: Sequence[str] | None = None, context: JobContext | None = None
) -> tuple[NearCopy, ...]:
    """Return the pairs of inventory photos with a cosine over .99, each once; of all, or those that some are part of.

    10,000 photos against each other take some seconds of the processor; raises JobCancelled between blocks.
    """
    context = context or JobContext()
    names, embeddings, models = campaign.inventory.embeddings()
    wanted = set(names if keys is None else keys)
    places = np.array([place for place, name in enumerate(names) if name in wanted], np.intp)
    found = []
    for start in range(0, len(places), BLOCK):
        context.progress(start / len(places), "Looking for copies")
        block = places[start : start + BLOCK]
        cosines = embeddings[block] @ embeddings.T
        for row, other in np.argwhere(cosines > NEAR):
            first = int(block[row])
            is_told = other < first if names[other] in wanted else other != first
            if is_told and models[first] == models[other]:
                found.append(NearCopy(names[first], names[other], round(float(cosines[row, other]), 4)))
    return tuple(found)
