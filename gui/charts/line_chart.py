"""Lines over the share of customers asked, with bands; the names stand on the lines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFontMetricsF, QResizeEvent
from PySide6.QtWidgets import QFrame, QSizePolicy, QWidget

from gui import numbers
from gui.charts.line_labels import Box, PixelLine, is_crossed, place_labels
from gui.charts.picture_button import PICTURE_SCALE
from gui.theme import Tone, font, look, theme
from gui.widgets import column

Style = Literal["solid", "dashed", "dotted"]
DASHES: dict[Style, list[float] | None] = {"solid": None, "dashed": [5, 3], "dotted": [1.5, 2.5]}
BAND_OPACITY = 0.18
COVER = 0.55  # opacity of the ground under a name that lines leave no room for; the line stays in sight
TOP = 20  # pixels above the lines for the text of a marker
BOTTOM = 24
TICK_GAP = 8


@dataclass(frozen=True)
class ChartLine:
    """A line over ``share`` (0 to 1) with its name; ``low`` and ``high`` are its band."""

    name: str
    share: tuple[float, ...]
    value: tuple[float, ...]
    tone: Tone
    style: Style = "solid"
    width: float = 2.0
    low: tuple[float, ...] = ()
    high: tuple[float, ...] = ()


@dataclass(frozen=True)
class Tick:
    """A place on an axis with its text."""

    at: float
    text: str


def quiet_plot(parent: QWidget) -> Any:
    """Return a plot without menu, buttons and mouse, in the window's fonts."""
    plot: Any = pg.PlotWidget(parent)
    plot.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
    plot.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    plot.setFrameShape(QFrame.Shape.NoFrame)
    plot.setBackground(None)
    plot.setAntialiasing(True)
    plot.setStyleSheet("background: transparent; border: none;")
    item = plot.getPlotItem()
    item.layout.setContentsMargins(0, 0, 0, 0)
    item.setMenuEnabled(False)
    item.hideButtons()
    item.getViewBox().setMouseEnabled(False, False)
    item.getViewBox().setDefaultPadding(0)
    for side in ("left", "bottom"):
        axis = item.getAxis(side)
        axis.setTickFont(font("caption", tabular=True))
        axis.setStyle(tickLength=4, tickTextOffset=4, hideOverlappingLabels=False)
    return plot


def pen(widget: QWidget, colour: QColor, width: float, dashes: Sequence[float] | None = None) -> Any:
    """Return a pen of a width in pixels of the window; the library's pens count those of the screen."""
    scale = widget.property(PICTURE_SCALE) or widget.devicePixelRatioF()
    result = pg.mkPen(colour, width=width * scale)
    if dashes:
        result.setDashPattern(list(dashes))
        result.setCapStyle(Qt.PenCapStyle.FlatCap)
    return result


def colour_axes(plot: Any) -> None:
    """Give the axes the colours of the theme in use."""
    for side in ("left", "bottom"):
        axis = plot.getPlotItem().getAxis(side)
        axis.setPen(pg.mkPen(theme().colour("border"), width=1))
        axis.setTextPen(theme().colour("muted"))


class LineChart(QWidget):
    """Some lines on one plot. ``placed`` says that the axis lies elsewhere now, so that a slider can follow it."""

    placed = Signal()

    def __init__(self, name: str) -> None:
        super().__init__()
        self.setAccessibleName(name)
        self.lines: tuple[ChartLine, ...] = ()
        self._ticks: tuple[Tick, ...] = ()
        self._labels: list[Any] = []
        self.plot = quiet_plot(self)
        self.setLayout(column((self.plot, 1), gap=0))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.plot.getPlotItem().getViewBox().sigResized.connect(self._settle)
        look().changed.connect(self.draw)

    def sizeHint(self) -> QSize:
        """Ask for a wide picture."""
        return QSize(520, 180)

    def minimumSizeHint(self) -> QSize:
        """Stay readable."""
        return QSize(280, 120)

    def show_lines(self, lines: Sequence[ChartLine], ticks: Sequence[Tick]) -> None:
        """Show other lines; ``ticks`` are those of the upright axis."""
        self.lines, self._ticks = tuple(lines), tuple(ticks)
        self.draw()

    def span(self) -> tuple[float, float]:
        """Return where the share 0 and the share 1 lie in this widget, in pixels."""
        box = self._box()
        return box.left(), box.right()

    def draw(self) -> None:
        """Draw everything in the colours of the theme in use."""
        item = self.plot.getPlotItem()
        item.clear()
        self._labels = []
        if not self.lines:
            return
        colour_axes(self.plot)
        self._set_axes(item)
        for line in self.lines:
            self._draw_band(item, line)
        low, _ = self._limits()
        if low < 0:
            item.addItem(pg.InfiniteLine(0.0, 0, pen=pen(self, theme().colour("border"), 1)))
        for line in reversed(self.lines):
            self._draw_line(item, line)
        self._draw_more(item)
        for line in self.lines:
            label = pg.TextItem(line.name, color=theme().colour(line.tone), anchor=(0, 0))
            label.setFont(font("caption", weight=600))
            label.setZValue(20)
            item.addItem(label, ignoreBounds=True)
            self._labels.append(label)
        self._settle()

    def _draw_more(self, item: Any) -> None:
        """Draw what a chart has besides its lines."""

    def _taken(self) -> tuple[Box, ...]:
        """Return where no name may stand, in pixels of this widget."""
        return ()

    def _limits(self) -> tuple[float, float]:
        """Return the least and the highest value of all lines and bands."""
        values = [value for line in self.lines for value in (*line.value, *line.low, *line.high)]
        return min(values), max(values)

    def _set_axes(self, item: Any) -> None:
        low, high = self._limits()
        low = min(low, 0.0)
        room = 0.04 * (high - low) or 1.0
        height = max(60.0, self.height() - BOTTOM)
        top = (high - low + 2 * room) * TOP / max(1.0, height - TOP)
        item.getViewBox().setRange(xRange=(0, 1), yRange=(low - room, high + room + top), padding=0)
        metrics = QFontMetricsF(font("caption", tabular=True))
        widest = max((metrics.horizontalAdvance(tick.text) for tick in self._ticks), default=0.0)
        left, bottom = item.getAxis("left"), item.getAxis("bottom")
        left.setWidth(round(widest) + TICK_GAP + 4)
        left.setTicks([[(tick.at, tick.text) for tick in self._ticks]])
        bottom.setHeight(BOTTOM)
        bottom.setTicks([[(share, numbers.percent(share, 0)) for share in (0.2, 0.4, 0.6, 0.8)]])

    def _draw_band(self, item: Any, line: ChartLine) -> None:
        if not line.low:
            return
        shade = QColor(theme().colour(line.tone))
        shade.setAlphaF(BAND_OPACITY)
        ends = [pg.PlotDataItem(line.share, end, pen=pg.mkPen(0, 0, 0, 0)) for end in (line.low, line.high)]
        for end in ends:
            item.addItem(end)
        item.addItem(pg.FillBetweenItem(*ends, brush=shade))

    def _draw_line(self, item: Any, line: ChartLine) -> None:
        drawn = pen(self, theme().colour(line.tone), line.width, DASHES[line.style])
        item.addItem(pg.PlotDataItem(line.share, line.value, pen=drawn, antialias=True))

    def _box(self) -> QRectF:
        """Return where the lines are drawn, in pixels of this widget."""
        view = self.plot.getPlotItem().getViewBox()
        box: QRectF = view.sceneBoundingRect()
        return box.translated(self.plot.pos())

    def pixel(self, share: float, value: float) -> tuple[float, float]:
        """Return the pixel of a point."""
        box = self._box()
        low, high = self.plot.getPlotItem().getViewBox().viewRange()[1]
        return box.left() + share * box.width(), box.bottom() - (value - low) / ((high - low) or 1.0) * box.height()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the room above the lines the same."""
        super().resizeEvent(event)
        if self.lines:
            self._set_axes(self.plot.getPlotItem())
            self._settle()

    def _settle(self) -> None:
        """Put the names onto their lines and tell where the axis lies."""
        box = self._box()
        if not self._labels or box.width() < 10 or box.height() < 10:
            return
        lines = []
        for line in self.lines:
            points = [self.pixel(share, value) for share, value in zip(line.share, line.value, strict=True)]
            lines.append(PixelLine(np.array([x for x, _ in points]), np.array([y for _, y in points])))
        metrics = QFontMetricsF(font("caption", weight=600))
        sizes = [(metrics.horizontalAdvance(line.name) + 8, metrics.height() + 2) for line in self.lines]
        area = Box(box.left(), box.top() + TOP, box.width(), box.height() - TOP)
        view = self.plot.getPlotItem().getViewBox()
        low, high = view.viewRange()[1]
        for label, place in zip(self._labels, place_labels(lines, sizes, area, self._taken()), strict=True):
            share = (place.x - box.left()) / box.width()
            ground = QColor(theme().colour("surface"))
            ground.setAlphaF(COVER if is_crossed(place, lines) else 0.0)
            label.fill = pg.mkBrush(ground)
            label.update()
            label.setPos(share, high - (place.y - box.top()) / box.height() * (high - low))
        self.placed.emit()
