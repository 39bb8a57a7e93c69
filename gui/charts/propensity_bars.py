"""Who could have got what: for each offer, how many customers had which chance to get it rather than none."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QLineF, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from gui import numbers
from gui.theme import font, look, theme

if TYPE_CHECKING:
    from engine.uplift.checks import Overlap

AXIS = 22  # pixels for the chances below the rows
LEAST_ROW = 34
MOST_NAME = 110.0
GAP = 10
LAST_TICK = 20  # half of what "100 %" takes
TICKS = (0.0, 0.25, 0.5, 0.75, 1.0)


def tr(text: str) -> str:
    """Translate a phrase about chances."""
    return QCoreApplication.translate("propensity", text)


class PropensityBars(QWidget):
    """A small histogram per offer, one above the other on one axis of chances."""

    def __init__(self) -> None:
        super().__init__()
        self.names: tuple[str, ...] = ()
        self.counts: tuple[tuple[int, ...], ...] = ()
        self.setAccessibleName(tr("How many customers had which chance to get each offer"))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        look().changed.connect(self.update)

    def show_overlap(self, overlap: Overlap, names: Sequence[str]) -> None:
        """Show the chances of the offers, by their names."""
        self.names, self.counts = tuple(names), overlap.counts
        said = (
            tr("{name}: chances of {low} to {high}").format(name=name, low=low, high=high)
            for name, (low, high) in zip(self.names, map(_ends, self.counts), strict=True)
        )
        self.setAccessibleDescription("; ".join(said))
        self.updateGeometry()
        self.update()

    def minimumSizeHint(self) -> QSize:
        """Keep every histogram readable."""
        return QSize(240, LEAST_ROW * max(1, len(self.names)) + AXIS)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint histogram by histogram, then the axis."""
        if not self.names:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        metrics = QFontMetricsF(font())
        left = min(max(map(metrics.horizontalAdvance, self.names)), MOST_NAME) + GAP
        width, height = self.width() - left - LAST_TICK, (self.height() - AXIS) / len(self.names)
        painter.setPen(QPen(theme().colour("border"), 1, Qt.PenStyle.DashLine))
        for tick in TICKS:
            x = round(left + tick * width) + 0.5
            painter.drawLine(QLineF(x, 0, x, self.height() - AXIS))
        for place, (name, counts) in enumerate(zip(self.names, self.counts, strict=True)):
            self._paint_row(painter, name, counts, QRectF(left, place * height, width, height))
        painter.setPen(theme().colour("muted"))
        painter.setFont(font("caption", tabular=True))
        for tick in TICKS:
            box = QRectF(left + tick * width - 30, self.height() - AXIS + 4, 60, AXIS - 4)
            painter.drawText(box, Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop, numbers.percent(tick, 0))

    def _paint_row(self, painter: QPainter, name: str, counts: tuple[int, ...], box: QRectF) -> None:
        painter.setFont(font())
        painter.setPen(theme().colour("text"))
        metrics, room = QFontMetricsF(font()), box.left() - GAP
        painter.drawText(
            QRectF(0, box.top(), room, box.height()), Qt.AlignmentFlag.AlignVCenter,
            metrics.elidedText(name, Qt.TextElideMode.ElideRight, room + 1),
        )  # fmt: skip
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme().colour("accent"))
        most, step = max(1, *counts), box.width() / len(counts)
        for place, count in enumerate(counts):
            if count:
                high = max(1.0, (box.height() - 6) * count / most)
                painter.drawRect(QRectF(box.left() + place * step + 0.5, box.bottom() - high, step - 1, high))
        painter.setPen(QPen(theme().colour("control_border"), 1))
        painter.drawLine(QLineF(box.left(), box.bottom() - 0.5, box.right(), box.bottom() - 0.5))


def _ends(counts: Sequence[int]) -> tuple[str, str]:
    """Return the least and the greatest chance that somebody had."""
    there = [place for place, count in enumerate(counts) if count] or [0]
    return tuple(numbers.percent(end / len(counts), 0) for end in (there[0], there[-1] + 1))  # type: ignore[return-value]
