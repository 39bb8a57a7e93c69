"""A forest plot: one line a group, dot and pale bar on one axis, the numbers beside it. Selected by mouse and keys."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QCoreApplication, QEvent, QLineF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFontMetricsF, QHelpEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from gui.offer_words import is_clear
from gui.theme import Tone, font, look, theme

ROW = 25
DOT, BAR = 10, 6
GAP = 10
MOST_NAME = 130
RADIUS = 6


def tr(text: str) -> str:
    """Translate a phrase of the forest plot."""
    return QCoreApplication.translate("forest", text)


@dataclass(frozen=True)
class ForestLine:
    """A group with its estimate and likely range, as they are drawn and as they are written.

    Without a value, ``note`` says why in a few words.
    """

    key: str
    name: str
    value: float | None = None
    low: float = math.nan
    high: float = math.nan
    number: str = ""
    range: str = ""
    note: str = ""

    @property
    def says(self) -> str:
        """Everything in words."""
        if self.value is None:
            return f"{self.name}: {self.note}"
        likely = tr("likely {range}").format(range=self.range) if self.range else ""
        return f"{self.name}: {', '.join(part for part in (self.number, likely) if part)}"


class ForestPlot(QWidget):
    """The lines, the first of which is everybody. ``chosen`` carries the key of the line a person chose."""

    chosen = Signal(str)

    def __init__(self, name: str) -> None:
        super().__init__()
        self.lines: tuple[ForestLine, ...] = ()
        self.selection = ""
        self._is_difference = False
        self.setAccessibleName(name)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        look().changed.connect(self.update)

    def show_lines(self, lines: Sequence[ForestLine], selected: str, *, is_difference: bool) -> None:
        """Show other lines; a difference may lie on both sides of zero and is grey where its range holds it."""
        self.lines, self.selection, self._is_difference = tuple(lines), selected, is_difference
        said = next((line.says for line in self.lines if line.key == selected), "")
        self.setAccessibleDescription(said)
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        """Ask for one row a line."""
        return QSize(380, ROW * max(1, len(self.lines)))

    def minimumSizeHint(self) -> QSize:
        """Keep room for names, a short axis and the numbers."""
        return QSize(260, ROW * max(1, len(self.lines)))

    def line_rect(self, key: str) -> QRectF:
        """Return where a line stands in this widget."""
        place = next(place for place, line in enumerate(self.lines) if line.key == key)
        return QRectF(0, place * ROW, self.width(), ROW)

    @property
    def axis(self) -> tuple[float, float]:
        """The ends of the axis: zero is on it, and every likely range."""
        ends = [end for line in self.lines if line.value is not None for end in (line.value, line.low, line.high)]
        known = [end for end in ends if not math.isnan(end)]
        low, high = min([0.0, *known]), max([0.0, *known])
        return low, high if high > low else low + 1.0

    def _columns(self) -> tuple[float, float, float, float]:
        """Return the width of the names, the left and the right end of the axis, and the width of the numbers."""
        plain, caption = QFontMetricsF(font("strong", tabular=True)), QFontMetricsF(font("caption", tabular=True))
        names = max((plain.horizontalAdvance(line.name) for line in self.lines), default=0.0)
        widest = max((plain.horizontalAdvance(line.number) for line in self.lines), default=0.0)
        ranges = max((caption.horizontalAdvance(line.range) for line in self.lines), default=0.0)
        name = min(names, MOST_NAME) + 2 * GAP
        right = self.width() - GAP - ranges - GAP - widest
        return name, name + DOT / 2, right - GAP - DOT / 2, widest

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint zero, then line by line."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        now = theme()
        name, left, right, widest = self._columns()
        low, high = self.axis

        def at(value: float) -> float:
            return left + (value - low) / (high - low) * (right - left)

        for place, line in enumerate(self.lines):
            top = place * ROW
            is_here = line.key == self.selection
            if is_here:
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(now.colour("accent_soft"))
                painter.drawRoundedRect(QRectF(0, top + 1, self.width(), ROW - 2), RADIUS, RADIUS)
            ink: Tone = "accent_soft_text" if is_here else "text"
            self._text(painter, QRectF(GAP, top, name - 2 * GAP, ROW), line.name, ink, is_strong=is_here)
            if line.value is None:
                rest = QRectF(name, top, self.width() - name - GAP, ROW)
                self._text(painter, rest, line.note, "muted", is_left=False)
                continue
            self._draw(painter, line, at, top + ROW / 2)
            unclear = self._is_difference and not is_clear(line.low, line.high)
            number = QRectF(right + GAP + DOT / 2, top, widest, ROW)
            self._text(painter, number, line.number, "muted" if unclear else ink, is_left=False, is_strong=is_here)
            spread = QRectF(number.right() + GAP, top, self.width() - number.right() - 2 * GAP, ROW)
            self._text(painter, spread, line.range, "muted", is_left=False, is_small=True)
        painter.setPen(QPen(now.colour("control_border"), 1, Qt.PenStyle.DashLine))
        zero = math.floor(at(0.0)) + 0.5
        painter.drawLine(QLineF(zero, 0, zero, len(self.lines) * ROW))

    def _draw(self, painter: QPainter, line: ForestLine, at: object, middle: float) -> None:
        assert callable(at)
        tone: Tone = "accent"
        if self._is_difference:
            tone = "control_border" if not is_clear(line.low, line.high) else "accent" if line.low > 0 else "warning"
        colour = theme().colour(tone)
        painter.setPen(Qt.PenStyle.NoPen)
        if not math.isnan(line.low):
            pale = QColor(colour)
            pale.setAlphaF(0.36)
            painter.setBrush(pale)
            start, end = at(line.low), at(line.high)
            painter.drawRoundedRect(QRectF(start, middle - BAR / 2, end - start, BAR), BAR / 2, BAR / 2)
        painter.setBrush(colour)
        painter.drawEllipse(QRectF(at(line.value) - DOT / 2, middle - DOT / 2, DOT, DOT))

    def _text(
        self,
        painter: QPainter,
        box: QRectF,
        text: str,
        tone: Tone,
        *,
        is_left: bool = True,
        is_strong: bool = False,
        is_small: bool = False,
    ) -> None:
        face = font("caption" if is_small else "strong" if is_strong else "body", tabular=not is_left)
        painter.setFont(face)
        painter.setPen(theme().colour(tone))
        side = Qt.AlignmentFlag.AlignLeft if is_left else Qt.AlignmentFlag.AlignRight
        shown = QFontMetricsF(face).elidedText(text, Qt.TextElideMode.ElideRight, box.width() + 1)
        painter.drawText(box, side | Qt.AlignmentFlag.AlignVCenter, shown)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Choose the line; the one that is selected already returns to everybody."""
        place = int(event.position().y() // ROW)
        if event.button() != Qt.MouseButton.LeftButton or not 0 <= place < len(self.lines):
            return
        key = self.lines[place].key
        self.chosen.emit(self.lines[0].key if key == self.selection else key)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move the selection; Home returns to everybody."""
        steps = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}
        key = Qt.Key(event.key())
        if not self.lines or (key not in steps and key != Qt.Key.Key_Home):
            super().keyPressEvent(event)
            return
        keys = [line.key for line in self.lines]
        place = keys.index(self.selection) if self.selection in keys else 0
        target = 0 if key == Qt.Key.Key_Home else min(max(place + steps[key], 0), len(keys) - 1)
        self.chosen.emit(keys[target])

    def event(self, event: QEvent) -> bool:
        """Say the line under the pointer in words."""
        if isinstance(event, QHelpEvent):
            place = int(event.pos().y() // ROW)
            if 0 <= place < len(self.lines):
                text = self.lines[place].says + "\n" + tr("Likely range: 95 % confidence interval")
                QToolTip.showText(event.globalPos(), text, self)
                return True
        return super().event(event)
