"""What asking the best customers earns, by how many are asked; a slider on the same axis chooses how many."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QCoreApplication, QTimer, Signal, Slot
from PySide6.QtGui import QFontMetricsF
from PySide6.QtWidgets import QWidget

from engine.columns import NO_OFFER
from gui import numbers
from gui.charts.budget_slider import BudgetSlider
from gui.charts.line_chart import ChartLine, LineChart, Tick, pen
from gui.charts.line_labels import Box
from gui.charts.steps_of_axes import nice_steps
from gui.money import Currency
from gui.theme import font, theme
from gui.widgets import column

if TYPE_CHECKING:
    from engine.offers import ProfitCurve


def tr(text: str) -> str:
    """Translate a phrase about curves."""
    return QCoreApplication.translate("curves", text)


def profit_lines(curve: ProfitCurve, customers: int) -> tuple[ChartLine, ...]:
    """Return the lines in money for all customers."""

    def money(values: tuple[float, ...]) -> tuple[float, ...]:
        return tuple(value * customers for value in values)

    personal = ChartLine(
        tr("Personal offers"), curve.share, money(curve.profit), "accent", width=3,
        low=money(curve.low), high=money(curve.high),
    )  # fmt: skip
    random = ChartLine(tr("At random"), curve.share, money(curve.random), "muted", "dotted")
    if curve.single_offer == NO_OFFER:
        return personal, random
    return (
        personal,
        ChartLine(tr("Best single offer to everybody"), curve.share, money(curve.single), "text", "dashed"),
        random,
    )


def money_ticks(low: float, high: float, currency: Currency) -> tuple[Tick, ...]:
    """Return round amounts; millions are scaled, and the unit stands once, at the top."""
    steps = nice_steps(low, high)
    scaled = max(abs(step) for step in steps) >= 1e6
    parts = [step / 1e6 if scaled else step for step in steps]
    digits = next(digits for digits in range(4) if digits == 3 or all(abs(p - round(p, digits)) < 1e-9 for p in parts))
    texts = [numbers.decimal(part, digits) if part else "0" for part in parts]
    texts = [f"{text}{numbers.SPACE}{numbers.tr('M')}" if scaled and text != "0" else text for text in texts]
    if currency.unit:
        texts[-1] = f"{texts[-1]}{numbers.SPACE}{currency.unit}"
    return tuple(Tick(step, text) for step, text in zip(steps, texts, strict=True))


class MarkedChart(LineChart):
    """The profit lines with the marker of the share that is chosen, where one can be."""

    def __init__(self) -> None:
        self._placing = QTimer(singleShot=True, interval=0)
        super().__init__(tr("What it earns, by how many are asked"))
        self._placing.setParent(self)
        self.share = 0.0
        self._home: float | None = None
        self.text = ""
        self._mark: tuple[Any, Any, Any] | None = None
        self._placing.timeout.connect(self._place_all)

    def set_home(self, share: float | None) -> None:
        """Keep the names of the lines off the marker's first place; None for no marker."""
        self._home = share

    def shows(self, lines: Sequence[ChartLine], ticks: Sequence[Tick], *, has_mark: bool) -> bool:
        """Whether this is what is drawn already."""
        return self.lines == tuple(lines) and self._ticks == tuple(ticks) and (self._home is not None) is has_mark

    def mark(self, share: float, text: str) -> None:
        """Move the marker and say what is there."""
        self.share, self.text = share, text
        self._place_mark()

    def value_at(self, share: float) -> tuple[float, float, float]:
        """Return what the personal offers earn at a share, with the ends of the band."""
        line = self.lines[0]
        low, middle, high = (float(np.interp(share, line.share, each)) for each in (line.low, line.value, line.high))
        return middle, low, high

    def _taken(self) -> tuple[Box, ...]:
        if self._home is None:
            return ()
        box = self._box()
        return (Box(box.left() + self._home * box.width() - 5, box.top(), 10, box.height()),)

    def _draw_more(self, item: Any) -> None:
        self._mark = None
        if self._home is None:
            return
        now = theme()
        line = pg.InfiniteLine(self.share, 90, pen=pen(self, now.colour("text"), 1))
        dot = pg.ScatterPlotItem(
            size=12, brush=now.colour("accent"), pen=pg.mkPen(now.colour("surface"), width=2), pxMode=True
        )
        dot.setZValue(15)
        text = pg.TextItem("", color=now.colour("text"), anchor=(0, 0))
        text.setFont(font("caption", weight=600, tabular=True))
        text.setZValue(20)
        for part in (line, dot, text):
            item.addItem(part, ignoreBounds=True)
        self._mark = (line, dot, text)
        self._place_mark()

    def _place_mark(self) -> None:
        if self._mark is None or not self.lines:
            return
        line, dot, text = self._mark
        line.setPos(self.share)
        dot.setData([self.share], [self.value_at(self.share)[0]])
        text.setText(self.text)
        width = QFontMetricsF(font("caption", weight=600, tabular=True)).horizontalAdvance(self.text) + 16
        left, right = self.span()
        turned = left + self.share * (right - left) + width > right
        text.setAnchor((1, 0) if turned else (0, 0))
        gap = 4 / max(1.0, right - left)
        top = self.plot.getPlotItem().getViewBox().viewRange()[1][1]
        text.setPos(self.share - gap if turned else self.share + gap, top)

    def _settle(self) -> None:
        """Place the names once for all the reasons that come together."""
        self._placing.start()

    @Slot()
    def _place_all(self) -> None:
        super()._settle()
        self._place_mark()


class ProfitChart(QWidget):
    """Curve and slider. ``asked`` tells how many the slider asks."""

    asked = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self.chart = MarkedChart()
        self.setAccessibleName(self.chart.accessibleName())
        self.slider = BudgetSlider(tr("How many customers to ask"))
        self.slider.valueChanged.connect(self.asked)
        self.chart.placed.connect(self._align)
        self.setLayout(column((self.chart, 1), self.slider, gap=0))

    def show_curve(
        self, curve: ProfitCurve, customers: int, currency: Currency, most: int | None, asked: int = 0
    ) -> None:
        """Show a curve for a number of customers, the marker where so many are asked of at most ``most``.

        None where there is nothing to choose.
        """
        home = None if most is None else asked / max(1, customers)
        lines = profit_lines(curve, customers)
        values = [value for line in lines for value in (*line.value, *line.low, *line.high)]
        ticks = money_ticks(min(0.0, *values), max(values), currency)
        if not self.chart.shows(lines, ticks, has_mark=home is not None):
            self.chart.set_home(home)
            self.chart.show_lines(lines, ticks)
        self.slider.setVisible(most is not None)
        self.slider.blockSignals(True)  # nobody moved it
        self.slider.count(customers, most or 0)
        self.slider.choose(asked)
        self.slider.blockSignals(False)
        self._align()

    @Slot()
    def _align(self) -> None:
        """Put the slider's ends under the axis's ends."""
        left, right = self.chart.span()
        shift = self.chart.x() - self.slider.x()
        self.slider.lie_between(left + shift, right + shift)
