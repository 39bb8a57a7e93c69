"""Setting text: no break where none belongs, balanced lines, the largest size that fits."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import cast

from PySide6.QtGui import QFont, QTextLayout, QTextOption

from engine.ads.fonts import inter
from engine.ads.template import TextSlot

NO_BREAK_SPACE, NO_BREAK_HYPHEN = "\u00a0", "\u2011"
REFERENCE = 200  # px at which text is measured; without hinting every width is proportional to the size
OVERHANG = 0.06  # of a line's height, by which a block may stand out of its box: its outer lines have no ink there
_LEAST_FOR_COMPANY = 0.8  # of the largest size that fits: how far text may shrink to leave no word alone
_SLACK = 0.5  # px, for rounding
_UNITS = (
    r"\d{3}|Ft|HUF|EUR|USD|€|\$|%|[KMGT]B|[kMG]bit|hó|hónap|nap|év|óra|perc|hét|db|"
    r"month|day|year|week|hour|minute|min|GHz|MHz|mAh"
)
_NUMBER_SPACE = re.compile(rf"(?<=\d) (?=(?:{_UNITS})(?:[^\W\d]*)(?!\w))", re.IGNORECASE)
_SHORT_SUFFIX = re.compile(r"(?<=\w)-(?=\w{1,4}\b)")
_LATER_HYPHEN = re.compile(r"(?<=[^\W\d]{4}[-–])(?=[^\W\d]{5})")  # between two long words


@dataclass(frozen=True)
class FittedText:
    """Lines at the size that was found, widths in pixels. ``is_overset``: even the smallest size is too large."""

    lines: tuple[str, ...]
    widths: tuple[float, ...]
    size: float
    is_overset: bool


def glue(text: str) -> str:
    """Put no-break marks inside "5G-re", "12 990", "0 Ft" and "24 hónap"; runs of white space become one space."""
    text = re.sub(r"[^\S\u00a0\u202f]+", " ", text).strip()
    return _SHORT_SUFFIX.sub(NO_BREAK_HYPHEN, _NUMBER_SPACE.sub(NO_BREAK_SPACE, text))


def as_drawn(text: str) -> str:
    """Return text with the marks of ``glue`` as the plain characters that are drawn."""
    return text.replace(NO_BREAK_HYPHEN, "-").replace(NO_BREAK_SPACE, " ")


def layout_line(text: str, font: QFont) -> QTextLayout:
    """Lay one line out, its baseline at the ascent below the origin."""
    layout = QTextLayout(text, font)
    option = QTextOption()
    option.setWrapMode(QTextOption.WrapMode.NoWrap)
    layout.setTextOption(option)
    layout.beginLayout()
    line = layout.createLine()
    if line.isValid():
        line.setLineWidth(1e5)  # without wrapping it limits nothing, but Qt's fixed-point numbers end at 3e7
    layout.endLayout()
    return layout


class MeasuredText:
    """A text shaped once: the places where it may break, and the width of any run of its pieces, in em."""

    def __init__(self, text: str, weight: int, spacing: float) -> None:
        self.pieces = tuple(part for word in glue(text).split(" ") for part in _LATER_HYPHEN.split(word) if part)
        self._joints = _joints(glue(text), self.pieces)
        drawn = as_drawn(glue(text))
        layout = layout_line(drawn, inter(weight, REFERENCE, spacing))
        self._starts: list[float] = []
        self._ends: list[float] = []
        position = 0
        for piece, joint in zip(self.pieces, self._joints, strict=True):
            self._starts.append(_cursor(layout, position))
            position += _units(piece)
            self._ends.append(_cursor(layout, position))
            position += len(joint)

    def width(self, first: int, last: int) -> float:
        """Return the width, in em, of the pieces first..last on one line, the last letter's spacing included."""
        return (self._ends[last] - self._starts[first]) / REFERENCE

    def line(self, first: int, last: int) -> str:
        """Return the pieces first..last as they are drawn on one line."""
        parts = zip(self.pieces[first : last + 1], self._joints[first : last + 1], strict=True)
        return as_drawn("".join(piece + joint for piece, joint in parts).rstrip(" "))

    def greedy(self, limit: float) -> list[int] | None:
        """Return the last piece of each line when lines are filled up to ``limit`` em; None if a piece is wider."""
        ends: list[int] = []
        first = 0
        while first < len(self.pieces):
            if self.width(first, first) > limit:
                return None
            last = first
            while last + 1 < len(self.pieces) and self.width(first, last + 1) <= limit:
                last += 1
            ends.append(last)
            first = last + 1
        return ends

    def balanced(self, limit: float) -> list[int] | None:
        """Break into as few lines as ``limit`` em allows, evenly, and with no short last word left alone."""
        ends = self.greedy(limit)
        if ends is None or len(ends) < 2:
            return ends
        low, high = limit * 0.2, limit
        for _ in range(10):
            middle = (low + high) / 2
            narrower = self.greedy(middle)
            if narrower is not None and len(narrower) == len(ends):
                high = middle
            else:
                low = middle
        return self._most_even(len(ends), high, limit)

    def _most_even(self, lines: int, measure: float, limit: float) -> list[int]:
        """Return the ends of so many lines, none over ``limit``, with the least squared distance from ``measure``.

        A single last word counts the more, the shorter it is.
        """
        count = len(self.pieces)
        best: list[list[tuple[float, int]]] = [[(math.inf, 0)] * (count + 1) for _ in range(lines + 1)]
        best[0][0] = (0.0, 0)
        for row in range(1, lines + 1):
            for end in range(row, count + 1):
                for start in range(end - 1, row - 2, -1):
                    width = self.width(start, end - 1)
                    if width > limit:
                        break
                    short = 1 - width / measure
                    is_alone = end == count and start == end - 1
                    cost = best[row - 1][start][0] + short * short + (max(short, 0.0) if is_alone else 0.0)
                    best[row][end] = min(best[row][end], (cost, start))
        ends: list[int] = []
        end = count
        for row in range(lines, 0, -1):
            ends.append(end - 1)
            end = best[row][end][1]
        return ends[::-1]


def sizes(slot: TextSlot) -> list[float]:
    """Return the sizes to try, from the sample's down to the smallest: steps of 1 px, of half a pixel up to 20."""
    found = [math.floor(slot.size * 2) / 2]
    while found[-1] > slot.minimum:
        step = 1.0 if found[-1] > 20 else 0.5
        found.append(max(found[-1] - step, slot.minimum))
    return found


def fit(text: str, slot: TextSlot, *, width: float | None = None) -> FittedText:
    """Set text in a slot at the largest size that fits; ``width`` replaces the box's.

    Headline, body and legal line may break; price, unit and button stay on one line. Broken text takes a slightly
    smaller size if that saves it from a short word alone on its line.
    """
    measured = MeasuredText(text, slot.weight, slot.spacing)
    room = (slot.box.width if width is None else width) + _SLACK
    if slot.name not in ("headline", "body", "legal"):
        return _fit_one_line(measured, slot, room)
    largest: FittedText | None = None
    for size in sizes(slot):
        if largest is not None and size < largest.size * _LEAST_FOR_COMPANY:
            break
        ends = measured.greedy(room / size)
        if ends is None or not fits_down(len(ends), size, slot):
            continue
        fitted = _fitted(measured, size, measured.balanced(room / size) or ends)
        if not _has_lonely_word(fitted):
            return fitted
        largest = largest or fitted
    if largest is not None:
        return largest
    return _fitted(measured, slot.minimum, _forced(measured, room / slot.minimum), is_overset=True)


def _fit_one_line(measured: MeasuredText, slot: TextSlot, room: float) -> FittedText:
    whole = [len(measured.pieces) - 1]
    for size in sizes(slot):
        if measured.width(0, whole[0]) * size <= room and fits_down(1, size, slot):
            return _fitted(measured, size, whole)
    return _fitted(measured, slot.minimum, whole, is_overset=True)


def _has_lonely_word(fitted: FittedText) -> bool:
    """Whether a line after the first is a single word of less than 45 % of the widest line."""
    later = zip(fitted.lines[1:], fitted.widths[1:], strict=True)
    shortest = min((width for line, width in later if " " not in line), default=math.inf)
    return shortest < 0.45 * max(fitted.widths)


def fits_down(lines: int, size: float, slot: TextSlot) -> bool:
    """Whether so many lines fit into the slot's height; the block's outer white may stand out a little."""
    height = size * slot.leading
    return lines * height <= slot.box.height + OVERHANG * height


def missing_characters(text: str) -> str:
    """Return the characters of ``text`` that Inter cannot draw, each once."""
    from PySide6.QtGui import QRawFont

    raw = QRawFont.fromFont(inter(400, REFERENCE))
    return "".join(dict.fromkeys(c for c in as_drawn(glue(text)) if not raw.supportsCharacter(ord(c))))


def _fitted(measured: MeasuredText, size: float, ends: list[int], *, is_overset: bool = False) -> FittedText:
    starts = [0, *(end + 1 for end in ends[:-1])]
    lines = tuple(measured.line(start, end) for start, end in zip(starts, ends, strict=True))
    widths = tuple(measured.width(start, end) * size for start, end in zip(starts, ends, strict=True))
    return FittedText(lines, widths, size, is_overset)


def _forced(measured: MeasuredText, limit: float) -> list[int]:
    """Break text that does not fit: as ``greedy``, but a piece wider than the line stands alone on one."""
    widest = max(measured.width(piece, piece) for piece in range(len(measured.pieces)))
    return measured.greedy(max(limit, widest)) or [len(measured.pieces) - 1]


def _joints(text: str, pieces: tuple[str, ...]) -> tuple[str, ...]:
    """Return what follows each piece in ``text``: a space, or nothing at the end and after a hyphen."""
    joints: list[str] = []
    position = 0
    for piece in pieces:
        position += len(piece)
        joint = " " if text[position : position + 1] == " " else ""
        joints.append(joint)
        position += len(joint)
    return tuple(joints)


def _units(text: str) -> int:
    """Return the length in UTF-16 units, which is how Qt counts."""
    return len(text.encode("utf-16-le")) // 2


def _cursor(layout: QTextLayout, position: int) -> float:
    x, _ = cast(tuple[float, int], layout.lineAt(0).cursorToX(position))
    return x
