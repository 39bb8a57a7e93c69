"""Tenths of the trial's customers, those predicted best first: what was predicted beside what was seen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Any

import pyqtgraph as pg
from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF
from PySide6.QtWidgets import QSizePolicy, QWidget

from gui import numbers
from gui.charts.line_chart import BOTTOM, TICK_GAP, colour_axes, pen, quiet_plot
from gui.charts.profit_curve import tr
from gui.charts.qini_curve import point_ticks
from gui.charts.row_chart import PALE, difference_tone
from gui.theme import Tone, font, look, theme
from gui.widgets import column

if TYPE_CHECKING:
    from engine.uplift import Decile, UpliftEvaluation

HALF = 0.26  # of the room of a tenth, the half length of what was predicted


@dataclass(frozen=True)
class NamedTone:
    """A colour that is not that of a gain, what it means, and the first and last tenth of those that wear it."""

    text: str
    tone: Tone
    first: int
    last: int
    high: float  # the highest end of their likely ranges


def named_tones(deciles: Sequence[Decile]) -> tuple[NamedTone, ...]:
    """Return what grey and amber mean, each where it is worn first: colour alone says nothing."""
    words: dict[Tone, str] = {"control_border": tr("No clear difference"), "warning": tr("Fewer say yes")}
    found: dict[Tone, NamedTone] = {}
    for tone, run in groupby(deciles, key=lambda each: difference_tone(each.low, each.high)):
        tenths = list(run)
        if tone in words and tone not in found:
            high = max(max(each.high, each.predicted) for each in tenths)
            found[tone] = NamedTone(words[tone], tone, tenths[0].number, tenths[-1].number, high)
    return tuple(found.values())


class DecileChart(QWidget):
    """Dot and pale bar for what the trial shows, a short line for what was predicted."""

    def __init__(self) -> None:
        super().__init__()
        self._evaluation: UpliftEvaluation | None = None
        self.setAccessibleName(tr("Tenths of customers: what was predicted and what the trial shows"))
        self.plot = quiet_plot(self)
        self.setLayout(column((self.plot, 1), gap=0))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        look().changed.connect(self.draw)

    def minimumSizeHint(self) -> QSize:
        """Stay readable."""
        return QSize(280, 120)

    def show_evaluation(self, evaluation: UpliftEvaluation) -> None:
        """Show the tenths of an evaluation."""
        self._evaluation = evaluation
        said = (
            tr("{number}: predicted {predicted}, seen {seen}").format(
                number=each.number, predicted=numbers.points(each.predicted), seen=numbers.points(each.uplift)
            )
            for each in evaluation.deciles
        )
        self.setAccessibleDescription("; ".join(said))
        self.draw()

    def draw(self) -> None:
        """Draw everything in the colours of the theme in use."""
        item = self.plot.getPlotItem()
        item.clear()
        if self._evaluation is None:
            return
        deciles = self._evaluation.deciles
        colour_axes(self.plot)
        low = min(0.0, *(min(each.low, each.predicted) for each in deciles))
        high = max(0.0, *(max(each.high, each.predicted) for each in deciles))
        self._set_axes(item, low, high)
        zero = pen(self, theme().colour("control_border"), 1, [4, 3])
        item.addItem(pg.InfiniteLine(0.0, 0, pen=zero))
        for each in deciles:
            self._draw_tenth(item, each)
        self._draw_names(item)
        for named in named_tones(deciles):
            self._draw_tone(item, named)

    def _set_axes(self, item: Any, low: float, high: float) -> None:
        room = 0.07 * (high - low)
        count = len(self._evaluation.deciles) if self._evaluation else 10
        item.getViewBox().setRange(xRange=(-0.35, count + 0.6), yRange=(low - room, high + room), padding=0)
        ticks = point_ticks(low, high)
        metrics = QFontMetricsF(font("caption", tabular=True))
        widest = max((metrics.horizontalAdvance(tick.text) for tick in ticks), default=0.0)
        left, bottom = item.getAxis("left"), item.getAxis("bottom")
        left.setWidth(round(widest) + TICK_GAP + 4)
        left.setTicks([[(tick.at, tick.text) for tick in ticks]])
        names = {1: tr("Best tenth"), count: tr("Last tenth")}
        bottom.setHeight(BOTTOM)
        bottom.setTicks([[(place, names.get(place, numbers.decimal(place))) for place in range(1, count + 1)]])

    def _draw_tenth(self, item: Any, decile: Any) -> None:
        colour = theme().colour(difference_tone(decile.low, decile.high))
        pale = QColor(colour)
        pale.setAlphaF(PALE)
        x = decile.number
        bar = pen(self, pale, 6)
        bar.setCapStyle(Qt.PenCapStyle.RoundCap)
        item.addItem(pg.PlotDataItem([x, x], [decile.low, decile.high], pen=bar, antialias=True))
        predicted = pen(self, theme().colour("text"), 2)
        item.addItem(pg.PlotDataItem([x - HALF, x + HALF], [decile.predicted] * 2, pen=predicted))
        item.addItem(pg.ScatterPlotItem([x], [decile.uplift], size=10, brush=colour, pen=pg.mkPen(None), pxMode=True))

    def _draw_names(self, item: Any) -> None:
        """Name dot and line once, left of the first tenth."""
        assert self._evaluation is not None
        first = self._evaluation.deciles[0]
        seen, predicted = first.uplift, first.predicted
        for text, value, tone, anchor in (
            (tr("Seen"), seen, "accent", 0.9 if seen >= predicted else 0.1),
            (tr("Predicted"), predicted, "text", 0.1 if seen >= predicted else 0.9),
        ):
            label = pg.TextItem(text, color=theme().colour(tone), anchor=(1, anchor))  # type: ignore[arg-type]
            label.setFont(font("caption", weight=600))
            label.setPos(first.number - HALF, value)
            item.addItem(label, ignoreBounds=True)

    def _draw_tone(self, item: Any, named: NamedTone) -> None:
        """Name a colour above those that wear it, within the chart where they are the last."""
        assert self._evaluation is not None
        is_last = named.last == len(self._evaluation.deciles)
        tone: Tone = "muted" if named.tone == "control_border" else named.tone
        label = pg.TextItem(named.text, color=theme().colour(tone), anchor=(1, 1) if is_last else (0, 1))
        label.setFont(font("caption", weight=600))
        label.setPos(named.last + HALF if is_last else named.first - HALF, named.high)
        item.addItem(label, ignoreBounds=True)
