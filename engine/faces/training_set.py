"""What FaceNet is fine-tuned on: crops with whose they are, or which of two is more like a third."""

from __future__ import annotations

import io
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from engine.faces.crop import SIDE


@dataclass(frozen=True, eq=False)
class TrainingSet:
    """n face crops. With triplets these are learnt from, without any the identities. Raises ValueError if misshapen."""

    crops: npt.NDArray[np.uint8]  # (n, 160, 160, 3) RGB
    people: npt.NDArray[np.int64]  # (n,) whose face it is
    triplets: npt.NDArray[np.int64]  # (m, 3) places: a face, the one more like it, the one less like it
    seed: int = 0

    def __post_init__(self) -> None:
        count = len(self.crops)
        if self.crops.shape != (count, SIDE, SIDE, 3) or self.crops.dtype != np.uint8:
            raise ValueError("crops must be (n, 160, 160, 3) bytes")
        if self.people.shape != (count,) or self.triplets.ndim != 2 or self.triplets.shape[1] != 3:
            raise ValueError("people must be one for each crop, and triplets three places each")
        if len(self.triplets) and not 0 <= self.triplets.min() <= self.triplets.max() < count:
            raise ValueError("triplets must be places of crops")

    def __len__(self) -> int:
        return len(self.crops)

    def to_bytes(self) -> bytes:
        """Write it as npz, without pickle."""
        file = io.BytesIO()
        np.savez(file, crops=self.crops, people=self.people, triplets=self.triplets, seed=np.int64(self.seed))
        return file.getvalue()

    @classmethod
    def from_bytes(cls, data: bytes) -> TrainingSet:
        """Read what ``to_bytes`` wrote."""
        with np.load(io.BytesIO(data), allow_pickle=False) as kept:
            return cls(kept["crops"], kept["people"], kept["triplets"], int(kept["seed"]))
