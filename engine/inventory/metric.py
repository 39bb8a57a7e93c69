"""A learnt metric that adds to the likeness of two faces; ``engine.taste`` learns it."""

from __future__ import annotations

import io
from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from engine.campaign import Campaign

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Metric:
    """What is added to the score of two faces: (P (x - mean))' W (P (y - mean)), with W symmetric.

    Together with the cosine it is a metric of the embeddings: nobody is more alike to a face than the face itself.
    """

    mean: FloatArray  # (512,)
    directions: FloatArray  # (rank, 512), orthonormal rows: P
    strength: FloatArray  # (rank, rank): W

    def placed(self, embeddings: npt.NDArray[np.floating]) -> FloatArray:
        """Return where (n, 512) embeddings lie in the metric's directions, (n, rank)."""
        placed: FloatArray = (np.asarray(embeddings, np.float64) - self.mean) @ self.directions.T
        return placed

    def added(self, probes: npt.NDArray[np.floating], faces: npt.NDArray[np.floating]) -> FloatArray:
        """Return (probes, faces): what is added to the scores, from (p, 512) and (n, 512) embeddings."""
        pull = self.placed(probes) @ self.strength
        rows = [pull.astype(np.float32), self.directions.astype(np.float32), np.asarray(faces, np.float32).T]
        added: FloatArray = np.linalg.multi_dot(rows) - (pull @ self.directions @ self.mean)[:, None]
        return added

    def to_bytes(self) -> bytes:
        """Write it as npz, without pickle."""
        file = io.BytesIO()
        np.savez(file, mean=self.mean, directions=self.directions, strength=self.strength)
        return file.getvalue()

    @classmethod
    def from_bytes(cls, data: bytes) -> Metric:
        """Read what ``to_bytes`` wrote."""
        with np.load(io.BytesIO(data), allow_pickle=False) as arrays:
            return cls(arrays["mean"], arrays["directions"], arrays["strength"])


@dataclass(frozen=True)
class MetricChoice:
    """The version of the metric that a campaign ranks by, and the SHA-256 of the network whose faces it is for."""

    version: int
    network: str

    def read(self, campaign: Campaign, networks: Collection[str]) -> Metric | None:
        """Return the metric; None if the faces' networks are not the one it is for."""
        data = campaign.judgements.version_data(self.version) if set(networks) == {self.network} else None
        return None if data is None else Metric.from_bytes(data)
