"""Rows on one shared axis: a name, dot and pale bar, the numbers beside them; zero is dashed."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QCoreApplication, QEvent, QLineF, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QHelpEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from gui import numbers
from gui.offer_words import is_clear
from gui.theme import Role, Tone, font, look, theme

ROW = 25
DOT, BAR = 10, 6
GAP = 10
MOST_NAME = 130
PALE = 0.36


def tr(text: str) -> str:
    """Translate a phrase about rows of estimates."""
    return QCoreApplication.translate("rows", text)


def difference_tone(low: float, high: float) -> Tone:
    """Return petrol for a clear gain, amber for a clear loss, grey where the likely range contains zero."""
    if not is_clear(low, high):
        return "control_border"
    return "accent" if low > 0 else "warning"


@dataclass(frozen=True)
class RowLine:
    """A row: its estimate and likely range as they are drawn, and as they are written.

    Without a value, ``note`` says why in a few words. ``unit`` is said to who cannot see the heading.
    """

    key: str
    name: str
    value: float | None = None
    low: float = math.nan
    high: float = math.nan
    number: str = ""
    range: str = ""
    note: str = ""
    tone: Tone = "accent"
    unit: str = ""
    is_strong: bool = False

    @property
    def says(self) -> str:
        """Everything in words."""
        if self.value is None:
            return f"{self.name}: {self.note}"
        likely = tr("likely {range}").format(range=self.range) if self.range else ""
        unclear = tr("no clear difference") if self.tone == "control_border" and self.range else ""
        number = f"{self.number} {self.unit}".strip()
        return f"{self.name}: {', '.join(part for part in (number, likely, unclear) if part)}"


@dataclass(frozen=True)
class Columns:
    """Where things stand in every row, in pixels: the end of the names, the axis, and the width of the numbers."""

    name: float
    left: float
    right: float
    number: float


class RowChart(QWidget):
    """Some rows. Subclasses draw other marks, or let rows be chosen."""

    row_height = ROW
    most_name: float = MOST_NAME
    inset: float = 0.0  # at both sides of a row
    zero = Qt.PenStyle.DashLine
    foot = 0  # height below the rows, where zero is named

    def __init__(self, name: str) -> None:
        super().__init__()
        self.lines: tuple[RowLine, ...] = ()
        self.selection: str | None = None
        self.setAccessibleName(name)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        look().changed.connect(self.update)

    def show_lines(self, lines: Sequence[RowLine], selected: str | None = None) -> None:
        """Show other rows, one of them selected or none."""
        if tuple(lines) == self.lines and selected == self.selection:
            return
        self.lines, self.selection = tuple(lines), selected
        said = (line.says for line in self.lines if selected in (None, line.key))
        self.setAccessibleDescription("; ".join(said))
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        """Ask for one row a line."""
        return QSize(380, self.row_height * max(1, len(self.lines)) + self.foot)

    def minimumSizeHint(self) -> QSize:
        """Keep room for names, a short axis and the numbers."""
        return QSize(220, self.row_height * max(1, len(self.lines)) + self.foot)

    def line_rect(self, key: str) -> QRectF:
        """Return where a row stands in this widget."""
        place = next(place for place, line in enumerate(self.lines) if line.key == key)
        return QRectF(0, place * self.row_height, self.width(), self.row_height)

    @property
    def axis(self) -> tuple[float, float]:
        """The ends of the axis: zero is on it, and every likely range."""
        ends = [end for line in self.lines if line.value is not None for end in (line.value, line.low, line.high)]
        known = [end for end in ends if not math.isnan(end)]
        low, high = min([0.0, *known]), max([0.0, *known])
        return low, high if high > low else low + 1.0

    def row_at(self, height: float) -> int:
        """Return the place of the row at a height, -1 where there is none."""
        place = int(height // self.row_height)
        return place if 0 <= place < len(self.lines) else -1

    def _columns(self) -> Columns:
        strong, caption = QFontMetricsF(font("strong", tabular=True)), QFontMetricsF(font("caption", tabular=True))
        names = max((strong.horizontalAdvance(line.name) for line in self.lines), default=0.0)
        number = max((strong.horizontalAdvance(line.number) for line in self.lines), default=0.0)
        ranges = max((caption.horizontalAdvance(line.range) for line in self.lines), default=0.0)
        name = self.inset + min(names, self.most_name) + GAP
        right = self.width() - self.inset - (ranges + GAP if ranges else 0.0) - number
        return Columns(name, name + DOT / 2, right - GAP - DOT / 2, number)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint row by row, then zero."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        columns, (low, high) = self._columns(), self.axis

        def at(value: float) -> float:
            return columns.left + (value - low) / (high - low) * (columns.right - columns.left)

        for place, line in enumerate(self.lines):
            self._draw_row(painter, line, place * self.row_height, columns, at)
        painter.setPen(QPen(theme().colour("control_border"), 1, self.zero))
        zero = math.floor(at(0.0)) + 0.5
        for first, last in self._rows_with_values():
            painter.drawLine(QLineF(zero, first * self.row_height, zero, last * self.row_height))
        if self.foot and self._rows_with_values():
            below = QRectF(zero - 20, len(self.lines) * self.row_height, 40, self.foot)
            painter.setFont(font("caption", tabular=True))
            painter.setPen(theme().colour("muted"))
            painter.drawText(below, Qt.AlignmentFlag.AlignCenter, numbers.decimal(0))

    def _rows_with_values(self) -> list[tuple[int, int]]:
        """Return from where to where rows follow each other that have a value: a note is not crossed out."""
        found: list[tuple[int, int]] = []
        for place, line in enumerate(self.lines):
            if line.value is None:
                continue
            if found and found[-1][1] == place:
                found[-1] = (found[-1][0], place + 1)
            else:
                found.append((place, place + 1))
        return found

    def _draw_row(
        self, painter: QPainter, line: RowLine, top: float, columns: Columns, at: Callable[[float], float]
    ) -> None:
        is_here = line.key == self.selection
        if is_here:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme().colour("accent_soft"))
            painter.drawRoundedRect(QRectF(0, top + 1, self.width(), self.row_height - 2), 6, 6)
        ink: Tone = "accent_soft_text" if is_here else "text"
        role: Role = "strong" if is_here or line.is_strong else "body"
        name = QRectF(self.inset, top, columns.name - GAP - self.inset, self.row_height)
        self._write(painter, name, line.name, role, ink)
        end = self.width() - self.inset
        if line.value is None:
            rest = QRectF(columns.name, top, end - columns.name, self.row_height)
            self._write(painter, rest, line.note, role, "muted", is_left=False)
            return
        self.draw_mark(painter, line, at, top + self.row_height / 2)
        number = QRectF(columns.right + GAP + DOT / 2, top, columns.number, self.row_height)
        is_unclear = line.tone == "control_border" and bool(line.range)
        self._write(painter, number, line.number, role, "muted" if is_unclear else ink, is_left=False)
        spread = QRectF(number.right() + GAP, top, end - number.right() - GAP, self.row_height)
        self._write(painter, spread, line.range, "caption", "muted", is_left=False)

    def draw_mark(self, painter: QPainter, line: RowLine, at: Callable[[float], float], middle: float) -> None:
        """Draw dot and pale bar."""
        assert line.value is not None
        colour = theme().colour(line.tone)
        painter.setPen(Qt.PenStyle.NoPen)
        if not math.isnan(line.low):
            pale = QColor(colour)
            pale.setAlphaF(PALE)
            painter.setBrush(pale)
            start, end = at(line.low), at(line.high)
            painter.drawRoundedRect(QRectF(start, middle - BAR / 2, end - start, BAR), BAR / 2, BAR / 2)
        painter.setBrush(colour)
        painter.drawEllipse(QPointF(at(line.value), middle), DOT / 2, DOT / 2)

    def _write(
        self, painter: QPainter, box: QRectF, text: str, role: Role, tone: Tone, *, is_left: bool = True
    ) -> None:
        face = font(role, tabular=not is_left)
        painter.setFont(face)
        painter.setPen(theme().colour(tone))
        side = Qt.AlignmentFlag.AlignLeft if is_left else Qt.AlignmentFlag.AlignRight
        shown = QFontMetricsF(face).elidedText(text, Qt.TextElideMode.ElideRight, box.width() + 1)
        painter.drawText(box, side | Qt.AlignmentFlag.AlignVCenter, shown)

    def event(self, event: QEvent) -> bool:
        """Say the row under the pointer in words."""
        if isinstance(event, QHelpEvent):
            place = self.row_at(event.pos().y())
            if place >= 0:
                line = self.lines[place]
                likely = tr("Likely range: 95 % confidence interval") if line.range else ""
                QToolTip.showText(event.globalPos(), "\n".join(part for part in (line.says, likely) if part), self)
                return True
        return super().event(event)
