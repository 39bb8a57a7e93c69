"""What the search of the campaign photos understands: words, an age range ("age 20-30") and hair ("fair hair")."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from gui.column_store import fold
from gui.faces_data import PhotoFacts, tr
from gui.faces_words import HAIR_NAMES, OLDEST


@dataclass(frozen=True)
class PhotoSearch:
    """What photos are looked for; a photo must meet all. Where age or hair is looked for, it must be known."""

    words: tuple[str, ...] = ()
    ages: tuple[int, int] | None = None  # years; the photo's range must meet it
    hair: frozenset[str] = frozenset()  # words of the colour's name

    @classmethod
    def of(cls, text: str) -> PhotoSearch:
        """Read what somebody typed; what is neither an age nor a colour of hair is words of the photo."""
        colours = {word for name, _ in HAIR_NAMES for word in fold(tr(name)).split()}
        text, ages = _taken(fold(text), rf"\b{fold(tr('age'))}:?\s*(\d{{1,3}})(?:\s*(-|–|to|\+)\s*(\d{{1,3}})?)?")
        colour = rf"(?:{'|'.join(map(re.escape, sorted(colours)))})\b"
        hair = fold(tr("hair"))
        text, found = _taken(text, rf"\b((?:{colour}\s+)+){hair}\b|\b{hair}:?\s+({colour}(?:\s+{colour})*)")
        named = () if found is None else (found[1] or found[2]).split()
        return cls(tuple(text.split()), None if ages is None else _range(ages), frozenset(named))

    def finds(self, photo: PhotoFacts, words: str) -> bool:
        """Whether a photo is looked for; ``words`` are its ``PhotoFacts.words``."""
        return (
            all(word in words for word in self.words)
            and (self.ages is None or _meet(self.ages, photo.age))
            and (not self.hair or self.hair <= _words_of(photo.hair))
        )


def hair_names(colours: npt.NDArray[np.float32]) -> list[str]:
    """Name (n, 3) colours of hair, CIELAB, by the nearest of ``HAIR_NAMES``; "" where a colour is not known."""
    import cv2

    known = np.array([[colour for _, colour in HAIR_NAMES]], np.float32) / 255
    distances = np.linalg.norm(colours[:, None] - cv2.cvtColor(known, cv2.COLOR_RGB2LAB), axis=2)
    unknown = np.isnan(distances).any(axis=1)
    return ["" if nothing else HAIR_NAMES[row.argmin()][0] for row, nothing in zip(distances, unknown, strict=True)]


def _taken(text: str, pattern: str) -> tuple[str, re.Match[str] | None]:
    """Return the text without what the pattern finds, and what it found."""
    found = re.search(pattern, text)
    return (text, None) if found is None else (f"{text[: found.start()]} {text[found.end() :]}", found)


def _range(found: re.Match[str]) -> tuple[int, int]:
    low = int(found[1])
    if found[2] is None:
        return low, low
    high = OLDEST if found[3] is None else int(found[3])
    return min(low, high), max(low, high)


def _meet(first: tuple[float, float], second: tuple[float, float] | None) -> bool:
    return second is not None and first[0] <= second[1] and second[0] <= first[1]


def _words_of(name: str) -> frozenset[str]:
    return frozenset(fold(tr(name)).split()) if name else frozenset()
