"""Framing faces alike, so that faces are compared and not their framing. Pure geometry."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from engine.faces.detector import Box, FloatArray

EYE_LINE = 0.42  # of the frame's height, from its top
TALLEST = 6.5  # eye distances: head and shoulders


class Framed(Protocol):
    """What is known of a photo with a face: its size, the face's box and points, the y of the hair's top."""

    @property
    def width(self) -> int:
        """Pixels across the photo."""
        ...

    @property
    def height(self) -> int:
        """Pixels down the photo."""
        ...

    @property
    def box(self) -> Box:
        """The face box: x, y, width, height."""
        ...

    @property
    def points(self) -> FloatArray:
        """Five points, (5, 2); the first two are the eyes."""
        ...

    @property
    def hair_top(self) -> float:
        """The y of the hair's top."""
        ...


@dataclass(frozen=True, eq=False)
class Subject:
    """A photo with a face, as ``eye_frame`` needs it; see Detection and ``hair_top``."""

    width: int
    height: int
    box: Box
    points: FloatArray
    hair_top: float


@dataclass(frozen=True)
class Frame:
    """A part of a photo, in its pixels. Drawn at one size, frames made together show the eyes at one place and size."""

    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True)
class _Room:
    """Around the eyes of all photos, in eye distances: what hair, chin and face need, and what there is."""

    hair: float
    chin: float
    face: float  # frame height at which the face box fits across
    above: float
    below: float
    centred: float  # largest frame height with the eyes in the middle, by the photo's width
    across: float  # the same with the frame moved aside


def eye_frame(*photos: Framed, aspect: float = 1.0, tallest: float = TALLEST) -> tuple[Frame, ...]:
    """Frame photos alike: eye line at 42 % of the height, same eye distance, ``aspect`` = width / height.

    Of the largest frames the photos allow the tightest holds for all; it is at most ``tallest`` eye distances high,
    unless hair or chin need more (4.5 suits thumbnails). No frame leaves its photo. Where the common frame would cut
    hair or chin, the eye line moves for all photos, as little as is needed; what even then does not fit is cut.
    """
    if not aspect > 0:
        raise ValueError("aspect must be over 0")
    if not photos:
        return ()
    height, line = _solve(_room(photos, aspect), tallest)
    return tuple(_place(photo, height, line, aspect) for photo in photos)


def _eyes(photo: Framed) -> tuple[float, float, float]:
    """Return x and y of the middle between the eyes, kept inside the photo, and their distance, in pixels."""
    left, right = np.asarray(photo.points, np.float64)[:2]
    x, y = (left + right) / 2
    distance = max(1.0, float(np.hypot(*(right - left))))
    return float(np.clip(x, 1, photo.width - 1)), float(np.clip(y, 1, photo.height - 1)), distance


def _room(photos: Sequence[Framed], aspect: float) -> _Room:
    rooms = []
    for photo in photos:
        x, y, eyes = _eyes(photo)
        chin = min(photo.box[1] + photo.box[3], photo.height)
        side = min(x, photo.width - x)
        needs = (max(0.0, y - max(photo.hair_top, 0.0)), max(0.0, chin - y), min(photo.box[2], photo.width) / aspect)
        has = (y, photo.height - y, 2 * side / aspect, photo.width / aspect)
        rooms.append([value / eyes for value in needs + has])
    table = np.array(rooms)
    return _Room(*(float(value) for value in (*table[:, :3].max(axis=0), *table[:, 3:].min(axis=0))))


def _solve(room: _Room, tallest: float) -> tuple[float, float]:
    """Return the common frame height in eye distances and the eye line as a share of it."""
    hair, chin = min(room.hair, room.above), min(room.chin, room.below)
    need = max(hair / EYE_LINE, chin / (1 - EYE_LINE))
    most = min(room.above / EYE_LINE, room.below / (1 - EYE_LINE))
    for width in (room.centred, room.across):
        largest = min(most, width)
        if largest >= max(need, room.face):
            return min(largest, max(tallest, need, room.face)), EYE_LINE
    if hair + chin > room.across:
        return room.across, hair / (hair + chin)
    if largest >= need:
        return largest, EYE_LINE
    if hair / EYE_LINE > largest:
        above, below = hair, min(room.below, room.across - hair)
    else:
        above, below = min(room.above, room.across - chin), chin
    return above + below, above / (above + below)


def _place(photo: Framed, height: float, line: float, aspect: float) -> Frame:
    """Lay the common frame over one photo; moved aside where its middle would leave the photo."""
    x, y, eyes = _eyes(photo)
    tall = min(height * eyes, photo.height, photo.width / aspect)
    wide = tall * aspect
    left = min(max(x - wide / 2, 0.0), photo.width - wide)
    top = min(max(y - line * tall, 0.0), photo.height - tall)
    return Frame(left, top, wide, tall)
