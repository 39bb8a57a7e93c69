"""What each offer does to one customer: dot and pale bar on one shared axis, zero dashed, the numbers beside it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QCoreApplication, QLineF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QGridLayout, QSizePolicy, QWidget

from gui import numbers
from gui.offer_words import is_clear
from gui.theme import Role, Tone, look, theme
from gui.widgets import ElidedLabel, Label, clear

ROW = 25
DOT = 10
BAR = 6
MOST_NAME = 120


def tr(text: str) -> str:
    """Translate a phrase about intervals."""
    return QCoreApplication.translate("intervals", text)


@dataclass(frozen=True)
class Interval:
    """A name with its estimate and likely range, in probability; a level (not a difference) is written unsigned."""

    name: str
    value: float
    low: float
    high: float
    is_chosen: bool = False
    is_level: bool = False

    @property
    def tone(self) -> Tone:
        """Petrol for a clear gain, amber for a clear loss, grey where the range contains zero."""
        if not is_clear(self.low, self.high):
            return "control_border"
        return "accent" if self.low > 0 else "warning"

    @property
    def number(self) -> str:
        """Return the estimate in points of 100."""
        return numbers.points(self.value, signed=not self.is_level)

    @property
    def range(self) -> str:
        """Return the likely range in points of 100."""
        digits = 1 if any(0 < abs(end) < 0.005 for end in (self.low, self.high)) else 0
        return numbers.likely_range(*(numbers.points(end, digits, signed=False) for end in (self.low, self.high)))

    @property
    def says(self) -> str:
        """Return everything in words."""
        said = tr("{name}: {number} points of 100, likely {range}").format(
            name=self.name, number=self.number, range=self.range
        )
        return said if is_clear(self.low, self.high) else f"{said}, {tr('no clear difference')}"


def shared_axis(intervals: Sequence[Interval]) -> tuple[float, float]:
    """Return the ends of an axis that holds all intervals and zero, with a little room."""
    low = min([0.0, *(one.low for one in intervals)])
    high = max([0.0, *(one.high for one in intervals)])
    room = 0.06 * (high - low) or 0.01
    return low - room, high + room


class IntervalBar(QWidget):
    """One interval on the axis."""

    def __init__(self, interval: Interval, axis: tuple[float, float]) -> None:
        super().__init__()
        self._interval, self._axis = interval, axis
        self.setFixedHeight(ROW)
        self.setMinimumWidth(72)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(interval.says)
        self.setToolTip(interval.says)
        look().changed.connect(self.update)

    def sizeHint(self) -> QSize:
        """Take the width there is."""
        return QSize(110, ROW)

    def place(self, value: float) -> float:
        """Return the x of a value."""
        low, high = self._axis
        edge = DOT / 2
        return edge + (value - low) / (high - low) * (self.width() - 2 * edge)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint zero, bar and dot."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        now = theme()
        zero = math.floor(self.place(0.0)) + 0.5
        painter.setPen(QPen(now.colour("control_border"), 1, Qt.PenStyle.DashLine))
        painter.drawLine(QLineF(zero, 0, zero, self.height()))
        colour = now.colour(self._interval.tone)
        pale = QColor(colour)
        pale.setAlphaF(0.36)
        middle = self.height() / 2
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(pale)
        left, right = self.place(self._interval.low), self.place(self._interval.high)
        painter.drawRoundedRect(QRectF(left, middle - BAR / 2, right - left, BAR), BAR / 2, BAR / 2)
        painter.setBrush(colour)
        painter.drawEllipse(QRectF(self.place(self._interval.value) - DOT / 2, middle - DOT / 2, DOT, DOT))


class OfferIntervals(QWidget):
    """Names at the left, intervals on one axis in the middle, numbers and likely ranges at the right."""

    def __init__(self) -> None:
        super().__init__()
        self.intervals: tuple[Interval, ...] = ()
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(8)
        self._grid.setVerticalSpacing(0)
        self._grid.setColumnStretch(1, 1)

    def show_intervals(self, intervals: Sequence[Interval]) -> None:
        """Show other intervals."""
        if tuple(intervals) == self.intervals:
            return
        self.intervals = tuple(intervals)
        clear(self._grid)
        axis = shared_axis(self.intervals)
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        for place, one in enumerate(self.intervals):
            role: Role = "strong" if one.is_chosen else "body"
            unclear = not is_clear(one.low, one.high)
            number = Label(one.number, role, "muted" if unclear else None, tabular=True, align=right)
            name = ElidedLabel(one.name, role)
            name.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Preferred)
            name.setMinimumWidth(min(name.sizeHint().width(), MOST_NAME))
            self._grid.addWidget(name, place, 0)
            self._grid.addWidget(IntervalBar(one, axis), place, 1)
            self._grid.addWidget(number, place, 2)
            self._grid.addWidget(Label(one.range, "caption", "muted", tabular=True, align=right), place, 3)
