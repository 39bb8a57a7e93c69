"""The handsets on sale: which model is bought when, what the network records of it, and its IMEI."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from engine.demo.world import FIRST_DAY, MAKERS, FloatArray, IntArray
from engine.resources import resource

OLDEST_MONTH = -200
SOLD_MONTHS = 30
FADE_MONTHS = 18.0


@dataclass(frozen=True)
class Catalogue:
    """The models, ordered by maker and release, as parallel arrays."""

    maker: IntArray  # index in MAKERS
    model: NDArray[np.object_]
    phone_type: NDArray[np.object_]
    tac: IntArray
    released: IntArray  # months after the start of the logs
    popularity: FloatArray

    def on_sale(self, maker: int) -> tuple[IntArray, FloatArray]:
        """Return a maker's models and how often each is bought, a row per month from OLDEST_MONTH to the last."""
        models = np.flatnonzero(self.maker == maker)
        months = np.arange(OLDEST_MONTH, int(self.released.max()) + 48)[:, None]
        age = months - self.released[models]
        weight = np.where((age >= 0) & (age < SOLD_MONTHS), self.popularity[models] * np.exp(-age / FADE_MONTHS), 0.0)
        # Where fewer than two are on sale, old stock and second hand fill the gap.
        return models, weight + 1e-3 * np.exp(-np.abs(age) / 3.0)


def read_catalogue() -> Catalogue:
    """Read the handsets of resources/demo."""
    table = pd.read_csv(resource("demo", "handsets.csv"))
    released = pd.to_datetime(table["released"]).to_numpy().astype("datetime64[M]") - FIRST_DAY.astype("datetime64[M]")
    return Catalogue(
        maker=np.array([MAKERS.index(maker) for maker in table["maker"]], dtype=np.int64),
        model=table["model"].to_numpy(dtype=object),
        phone_type=table["phone_type"].to_numpy(dtype=object),
        tac=table["tac"].to_numpy(dtype=np.int64),
        released=released.astype(np.int64),
        popularity=table["popularity"].to_numpy(dtype=np.float64),
    )


def choose_models(
    catalogue: Catalogue, maker: IntArray, month: FloatArray, before: IntArray, rng: np.random.Generator
) -> IntArray:
    """Return the model bought by each: of that maker, in that month, another than ``before`` (-1 for none)."""
    chosen = np.empty(len(maker), dtype=np.int64)
    draw = rng.random(len(maker))
    for index in range(len(MAKERS)):
        rows = np.flatnonzero(maker == index)
        models, weight = catalogue.on_sale(index)
        line = np.clip(np.floor(month[rows]).astype(np.int64) - OLDEST_MONTH, 0, len(weight) - 1)
        own = weight[line] * (models[None, :] != before[rows, None])
        total = np.cumsum(own, axis=1)
        chosen[rows] = models[(total < draw[rows, None] * total[:, -1:]).sum(axis=1)]
    return chosen


def imei(tac: IntArray, serial: IntArray) -> NDArray[np.object_]:
    """Return 15-digit IMEIs: type allocation code, six-digit serial, Luhn check digit (3GPP TS 23.003, annex B)."""
    body = tac * 1_000_000 + serial
    digits = body[:, None] // 10 ** np.arange(13, -1, -1) % 10
    doubled = digits[:, 1::2] * 2
    total = digits[:, 0::2].sum(axis=1) + (doubled // 10 + doubled % 10).sum(axis=1)
    return np.array([f"{number:015d}" for number in (body * 10 + (-total) % 10).tolist()], dtype=object)
