"""What the campaign file hands out besides tables and documents."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Role = Literal["inventory", "customer"]
Release = Literal["yes", "no", "unknown"]
Verdict = Literal["a", "b", "skip"]
EMBEDDING_SIZE = 512
FACE_POINTS = (5, 2)
SAME_PICTURE = 0.999  # cosine of one picture read twice


@dataclass(frozen=True, eq=False)
class Picture:
    """By what a stored picture is known again when its file is read once more."""

    digest: bytes  # of the JPEG
    embedding: NDArray[np.float32]
    model: str

    @classmethod
    def of(cls, jpeg: bytes, embedding: NDArray[np.float32], model: str) -> Picture:
        """Take it from what is stored of a photo."""
        return cls(hashlib.sha256(jpeg).digest(), embedding, model)

    def is_same(self, other: Picture) -> bool:
        """Whether two are of one picture, read twice; perhaps by two versions of the program."""
        is_alike = self.model == other.model and float(self.embedding @ other.embedding) > SAME_PICTURE
        return self.digest == other.digest or is_alike


@dataclass(frozen=True, eq=False)
class StoredPhoto:
    """A photo with the one face that counts in it, as read by the face network.

    Coordinates are pixels of the stored picture. Raises ValueError if the parts do not fit together.
    """

    key: str
    role: Role
    customer: str | None  # whose photo it is; None in the inventory
    jpeg: bytes
    width: int
    height: int
    box: tuple[float, float, float, float]  # x, y, width, height of the face
    points: NDArray[np.floating]  # (5, 2): eyes, nose, corners of the mouth
    score: float  # the detector's confidence, 0 to 1
    hair_top: float  # y of the hair's top
    embedding: NDArray[np.float32]  # (512,), unit length
    model: str  # SHA-256 of the network that made the embedding
    by_hand: bool = False  # whether a person chose it for the customer, rather than a run

    @property
    def picture(self) -> Picture:
        """By what the picture is known again."""
        return Picture.of(self.jpeg, self.embedding, self.model)

    def __post_init__(self) -> None:
        if self.role not in ("inventory", "customer"):
            raise ValueError(f"photo {self.key}: unknown role {self.role!r}")
        if (self.role == "customer") != (self.customer is not None):
            raise ValueError(f"photo {self.key}: a customer's photo names the customer, an inventory photo names none")
        if len(self.box) != 4 or self.points.shape != FACE_POINTS:
            raise ValueError(f"photo {self.key}: box must hold 4 numbers and points must be 5 x 2")
        if self.embedding.shape != (EMBEDDING_SIZE,) or self.embedding.dtype != np.float32:
            raise ValueError(f"photo {self.key}: the embedding must be {EMBEDDING_SIZE} float32 numbers")
        if not (np.isfinite(self.embedding).all() and np.isfinite(self.points).all()):
            raise ValueError(f"photo {self.key}: embedding and points must be finite")


@dataclass(frozen=True)
class StoredMatch:
    """One inventory photo in a customer's ranking of look-alikes."""

    customer: str
    photo: str
    rank: int  # 1 is the nearest
    cosine: float
    score: float | None = None  # by which it was ranked, with age and hair; None: by the cosine alone


@dataclass(frozen=True)
class FaceChoice:
    """What the designer decided about the face in one customer's ad, whatever holds for the campaign."""

    customer: str
    contact: str | None = None  # whose look-alike it is; None: the customer's own
    photo: str | None = None  # which of these look-alikes; None: the nearest


@dataclass(frozen=True)
class PhotoRights:
    """What is recorded of the rights to an inventory photo."""

    photo: str  # the photo's key
    release: Release = "unknown"  # whether the model agreed in writing
    territories: tuple[str, ...] = ()  # where it may be shown; empty: everywhere
    expires_on: date | None = None  # the last day on which it may be used
    tags: tuple[str, ...] = ()


@dataclass(frozen=True)
class Appearance:
    """Hair and age of the person on a photo, as measured or as a person corrected them; None where not known."""

    hair: tuple[float, float, float] | None = None  # CIELAB, D65
    age: tuple[float, float] | None = None  # from, to; years
    hair_by_hand: bool = False
    age_by_hand: bool = False


@dataclass(frozen=True)
class InventoryFile:
    """A file that was read for the inventory: what it was then, and what became of it.

    ``photo`` is the key of the photo that it is, or is a copy of; None where it was refused, for the reason given.
    """

    path: str
    folder: str  # the chosen folder below which it lies
    size: int
    modified_ns: int
    digest: str  # SHA-256 of the content
    photo: str | None = None
    refused: str | None = None


@dataclass(frozen=True)
class Judgement:
    """The answer to "which of two faces is more like this one?"."""

    number: int  # 0 before it is kept
    probe: str  # key of the photo of the one face
    customer: str | None  # whose photo the probe is; None where it is of the inventory
    a: str
    b: str
    chosen: Verdict
    at: datetime  # with time zone
    repeat_of: int | None = None  # the number of the judgement that was asked once more


@dataclass(frozen=True)
class TasteVersion:
    """What was learnt from judgements or labels at one time. ``document`` is its maker's; it names no customer."""

    number: int
    name: str
    kind: str  # "weights", "metric", "network"; its maker's word
    made_at: datetime  # with time zone
    document: str
    has_data: bool = False  # whether bytes, such as a network's, belong to it


@dataclass(frozen=True)
class Event:
    """Something that was done in the campaign, and how long it took."""

    at: datetime  # with time zone
    text: str
    seconds: float
