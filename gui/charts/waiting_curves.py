"""How many owners have no next phone yet, by months since they got theirs: one curve a maker, one with its band."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QCoreApplication, QEvent, QLineF, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFontMetricsF,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPolygonF,
)
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from gui import numbers
from gui.charts.maker_bars import maker_colour
from gui.results import MakerShare
from gui.theme import font, look, theme

TOP, BOTTOM = 8, 22
NAME_HEIGHT = 15.0
GAP = 8
LEADER = 18  # from a curve's end to its name
BAND_OPACITY = 0.2
REACH_OF_A_CLICK = 14.0
QUIET = 0.5  # opacity of the curves that are not selected
FLOOR_STEP = 0.2


def tr(text: str) -> str:
    """Translate a phrase of the curves."""
    return QCoreApplication.translate("curves", text)


@dataclass(frozen=True)
class WaitingCurve:
    """A maker's curve: of 1 owner, how much waits after each month 0, 1, .., with the ends of the band."""

    maker: str
    waiting: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]

    @property
    def months(self) -> int:
        """For how many months the owners were followed."""
        return len(self.waiting) - 1


class WaitingCurves(QWidget):
    """The curves, each named at its end. ``chosen`` carries the maker that a person chose."""

    chosen = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.curves: tuple[WaitingCurve, ...] = ()
        self.selection = ""
        self._shares: tuple[MakerShare, ...] = ()
        self.setAccessibleName(tr("Owners without a next phone, by month"))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        look().changed.connect(self.update)

    def sizeHint(self) -> QSize:
        """Ask for a wide picture."""
        return QSize(520, 200)

    def minimumSizeHint(self) -> QSize:
        """Leave room for the names at the ends."""
        return QSize(280, 150)

    def show_curves(self, curves: Sequence[WaitingCurve], shares: Sequence[MakerShare], selected: str) -> None:
        """Show other curves in the makers' colours, one of them in front."""
        self.curves, self._shares, self.selection = tuple(curves), tuple(shares), selected
        own = self._own()
        self.setAccessibleDescription("" if own is None else self._says(own, own.months))
        self.update()

    def _own(self) -> WaitingCurve | None:
        return next((curve for curve in self.curves if curve.maker == self.selection), None)

    def _says(self, curve: WaitingCurve, month: int) -> str:
        return tr("{maker}, after {months} months: {waiting} of 100 have no next phone yet ({range})").format(
            maker=curve.maker,
            months=numbers.decimal(month),
            waiting=numbers.points(curve.waiting[month], 0, signed=False),
            range=numbers.whole_points_range(curve.low[month], curve.high[month]),
        )

    def _box(self) -> QRectF:
        """Return where the curves are drawn."""
        metrics = QFontMetricsF(font("caption", weight=600))
        names = max((metrics.horizontalAdvance(curve.maker) for curve in self.curves), default=0.0)
        left = metrics.horizontalAdvance("100") + GAP
        return QRectF(left, TOP, max(10.0, self.width() - left - names - LEADER - 4), self.height() - TOP - BOTTOM)

    def _ends(self) -> tuple[float, int]:
        """Return the lowest value and the last month of the axes."""
        own = self._own()
        values = [value for curve in self.curves for value in curve.waiting]
        lowest = min([1.0 - FLOOR_STEP, *values, *(own.low if own else ())])
        return math.floor(lowest / FLOOR_STEP) * FLOOR_STEP, max([1, *(curve.months for curve in self.curves)])

    def point(self, month: int, value: float) -> QPointF:
        """Return where a value stands in this widget."""
        box, (low, months) = self._box(), self._ends()
        return QPointF(
            box.left() + month / months * box.width(), box.bottom() - (value - low) / (1.0 - low) * box.height()
        )

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint axes, the other curves, then the one selected with its band, and the names."""
        if not self.curves:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_axes(painter)
        own = self._own()
        for curve in self.curves:
            if curve is not own:
                self._paint_curve(painter, curve, is_own=False)
        if own is not None:
            self._paint_band(painter, own)
            self._paint_curve(painter, own, is_own=True)
        for curve, y in zip(self.curves, self._name_places(), strict=True):
            self._paint_name(painter, curve, y, is_own=curve is own)

    def _paint_name(self, painter: QPainter, curve: WaitingCurve, y: float, *, is_own: bool) -> None:
        """Write a curve's name and lead to it from the curve's end."""
        left = self._box().right() + LEADER
        is_whole = curve.months == self._ends()[1]
        dots = Qt.PenStyle.SolidLine if is_whole else Qt.PenStyle.DotLine
        painter.setPen(QPen(self._colour(curve, is_own=is_own), 1, dots))
        painter.drawLine(QLineF(self.point(curve.months, curve.waiting[-1]), QPointF(left - 3, y)))
        painter.setFont(font("caption", weight=800 if is_own else 400))
        painter.setPen(theme().colour("text" if is_own else "muted"))
        box = QRectF(left, y - NAME_HEIGHT / 2, self.width(), NAME_HEIGHT)
        painter.drawText(box, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, curve.maker)

    def _colour(self, curve: WaitingCurve, *, is_own: bool) -> QColor:
        colour = QColor(maker_colour(curve.maker, self._shares, theme()))
        colour.setAlphaF(1.0 if is_own else QUIET)
        return colour

    def _paint_axes(self, painter: QPainter) -> None:
        box, (low, months) = self._box(), self._ends()
        painter.setFont(font("caption", tabular=True))
        line, ink = QPen(theme().colour("border"), 1), theme().colour("muted")
        for step in range(round((1.0 - low) / FLOOR_STEP) + 1):
            value = low + step * FLOOR_STEP
            y = math.floor(self.point(0, value).y()) + 0.5
            painter.setPen(line)
            painter.drawLine(QLineF(box.left(), y, box.right(), y))
            painter.setPen(ink)
            side = QRectF(0, y - NAME_HEIGHT / 2, box.left() - GAP / 2, NAME_HEIGHT)
            right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
            painter.drawText(side, right, numbers.points(value, 0, signed=False))
        every = 6 if months > 12 else 3
        for month in range(0, months + 1, every):
            below = QRectF(self.point(month, low).x() - 60, box.bottom() + 3, 120, NAME_HEIGHT + 2)
            text = numbers.decimal(month)
            if month + every > months:
                text = tr("{months} months").format(months=text)
            middle = Qt.AlignmentFlag.AlignHCenter
            if month == months:
                below.moveRight(box.right())
                middle = Qt.AlignmentFlag.AlignRight
            painter.drawText(below, middle | Qt.AlignmentFlag.AlignTop, text)

    def _paint_curve(self, painter: QPainter, curve: WaitingCurve, *, is_own: bool) -> None:
        pen = QPen(self._colour(curve, is_own=is_own), 3.0 if is_own else 1.5)
        pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
        painter.setPen(pen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPolyline(QPolygonF([self.point(month, value) for month, value in enumerate(curve.waiting)]))

    def _paint_band(self, painter: QPainter, curve: WaitingCurve) -> None:
        shade = QColor(maker_colour(curve.maker, self._shares, theme()))
        shade.setAlphaF(BAND_OPACITY)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(shade)
        upper = [self.point(month, value) for month, value in enumerate(curve.high)]
        lower = [self.point(month, value) for month, value in enumerate(curve.low)]
        painter.drawPolygon(QPolygonF([*upper, *reversed(lower)]))

    def _name_places(self) -> list[float]:
        """Return the height of each name: at its curve's end, pushed apart where they would touch."""
        box = self._box()
        wanted = np.array([self.point(curve.months, curve.waiting[-1]).y() for curve in self.curves])
        order = np.argsort(wanted, kind="stable")
        step = min(NAME_HEIGHT, (self.height() - NAME_HEIGHT) / max(len(order) - 1, 1))
        rank = np.arange(len(order)) * step
        down = np.maximum.accumulate(wanted[order] - rank) + rank
        last = max(box.bottom() - NAME_HEIGHT / 2, box.top() + rank[-1])
        settled = np.minimum(down, last - rank[::-1])
        places = np.empty(len(order))
        places[order] = settled
        return [float(place) for place in places]

    def maker_at(self, where: QPointF) -> str:
        """Return the maker whose name or curve is under a point, the nearest one, or ""."""
        if not self.curves:
            return ""
        box, (_, months) = self._box(), self._ends()
        if where.x() > box.right():
            away = [abs(y - where.y()) for y in self._name_places()]
            return self.curves[int(np.argmin(away))].maker if min(away) <= NAME_HEIGHT / 2 else ""
        month = round((where.x() - box.left()) / box.width() * months)
        away = [
            abs(self.point(month, curve.waiting[month]).y() - where.y()) if 0 <= month <= curve.months else math.inf
            for curve in self.curves
        ]
        return self.curves[int(np.argmin(away))].maker if min(away) <= REACH_OF_A_CLICK else ""

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Choose the curve, or the name at its end."""
        maker = self.maker_at(event.position())
        if event.button() == Qt.MouseButton.LeftButton and maker:
            self.chosen.emit(maker)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Go from maker to maker with the arrow keys."""
        steps = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}
        step = steps.get(Qt.Key(event.key()))
        makers = [curve.maker for curve in self.curves]
        if step is None or not makers:
            super().keyPressEvent(event)
            return
        place = makers.index(self.selection) if self.selection in makers else -step
        self.chosen.emit(makers[min(max(place + step, 0), len(makers) - 1)])

    def event(self, event: QEvent) -> bool:
        """Say the curve under the pointer, at that month."""
        if isinstance(event, QHelpEvent):
            maker = self.maker_at(QPointF(event.pos()))
            curve = next((curve for curve in self.curves if curve.maker == maker), None)
            if curve is not None:
                box, (_, months) = self._box(), self._ends()
                month = round((event.pos().x() - box.left()) / box.width() * months)
                text = self._says(curve, min(max(month, 0), curve.months))
                QToolTip.showText(event.globalPos(), text + "\n" + tr("Likely range: 95 % confidence interval"), self)
                return True
        return super().event(event)
