"""Colour roles, brand kits and contrast."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from engine.errors import InputError

Pairs = tuple[tuple[str, str], ...]
FloatArray = npt.NDArray[np.float64]

HEX = re.compile(r"#[0-9a-f]{6}(?![0-9a-f])", re.IGNORECASE)
_SHORT_HEX = re.compile(r"#([0-9a-f])([0-9a-f])([0-9a-f])(?![0-9a-f])", re.IGNORECASE)
_RGB = re.compile(r"rgb\(\s*(\d{1,3})\s*,\s*(\d{1,3})\s*,\s*(\d{1,3})\s*\)", re.IGNORECASE)


_SHARE = np.arange(256) / 255.0
_LINEAR = np.where(_SHARE <= 0.04045, _SHARE / 12.92, ((_SHARE + 0.055) / 1.055) ** 2.4)
_WEIGHTS = np.array([0.2126, 0.7152, 0.0722])


@dataclass(frozen=True)
class Palette:
    """What each colour role of a family is painted in, as (role, "#rrggbb") pairs."""

    colours: Pairs

    def __getitem__(self, role: str) -> str:
        return dict(self.colours)[role]

    def __contains__(self, role: str) -> bool:
        return role in dict(self.colours)


@dataclass(frozen=True)
class BrandKit:
    """A brand's colours by role. Roles that a family does not have are left aside."""

    name: str
    colours: Pairs

    @classmethod
    def from_colours(cls, name: str, colours: Mapping[str, str]) -> BrandKit:
        """Make a kit of role -> "#rrggbb". Raises InputError for a value that is no such colour."""
        for role, value in colours.items():
            if not HEX.fullmatch(value):
                raise InputError(f'The brand kit "{name}" sets {role} to "{value}". Write colours as #rrggbb.')
        return cls(name, tuple(sorted((role, value.lower()) for role, value in colours.items())))


def full_hex(paint: str) -> str:
    """Write every colour in a paint or style as lower-case #rrggbb; drawing programs shorten and rewrite them."""
    paint = _RGB.sub(lambda m: "#" + "".join(f"{min(int(part), 255):02x}" for part in m.groups()), paint)
    paint = _SHORT_HEX.sub(lambda m: "#" + "".join(digit * 2 for digit in m.groups()), paint)
    return HEX.sub(lambda m: m[0].lower(), paint)


def replace_colours(text: str, old: Palette, new: Palette) -> str:
    """Replace each role's colour in ``text`` (already in full hex) in one pass, so that swapped colours never meet."""
    values = dict(new.colours)
    mapping = {value: values[role] for role, value in old.colours}
    return HEX.sub(lambda m: mapping.get(m[0], m[0]), text)


def relative_luminance(rgb: npt.ArrayLike) -> FloatArray:
    """Return WCAG 2.2's relative luminance of (..., 3) colours in whole numbers of 0 to 255."""
    return np.asarray(_LINEAR[np.asarray(rgb)] @ _WEIGHTS, np.float64)


def hex_to_rgb(colour: str) -> tuple[int, int, int]:
    """Return "#rrggbb" as three numbers of 0 to 255."""
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def contrast(one: str, other: str) -> float:
    """Return WCAG's contrast ratio, 1 to 21, of two "#rrggbb" colours."""
    low, high = sorted(float(relative_luminance(hex_to_rgb(colour))) for colour in (one, other))
    return (high + 0.05) / (low + 0.05)


def weak_pair(palette: Palette, pairs: Pairs, minimum: float) -> str | None:
    """Name the first (text role, ground role) pair below the minimum, with its colours and ratio; None if all hold."""
    for text, ground in pairs:
        ratio = contrast(palette[text], palette[ground])
        if ratio < minimum:
            return f"{text} ({palette[text]}) on {ground} ({palette[ground]}) has a contrast of {ratio:.2f} : 1"
    return None
