"""How a count is spread over all customers, with one customer's place in petrol."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import QSize
from PySide6.QtWidgets import QSizePolicy, QWidget

from gui import numbers
from gui.charts.line_chart import BOTTOM, colour_axes, quiet_plot
from gui.charts.steps_of_axes import nice_steps
from gui.theme import look, theme
from gui.widgets import column

BINS = 24
SHOWN = 0.995  # the few beyond count in the last bar


class Histogram(QWidget):
    """Bars of customers by value; the bar of the customer in view is petrol."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self._values: NDArray[Any] = np.empty(0)
        self._here: float | None = None
        self.plot = quiet_plot(self)
        self.plot.getPlotItem().hideAxis("left")
        self.setLayout(column((self.plot, 1), gap=0))
        self.setAccessibleName(name)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        look().changed.connect(self.draw)

    def sizeHint(self) -> QSize:
        """Ask for a flat picture."""
        return QSize(280, 84)

    def minimumSizeHint(self) -> QSize:
        """Stay readable."""
        return QSize(160, 62)

    def show_values(self, values: NDArray[Any], here: float | None) -> None:
        """Show other values, one of them marked."""
        self._values, self._here = values, here
        self.draw()

    def draw(self) -> None:
        """Draw everything in the colours of the theme in use."""
        item = self.plot.getPlotItem()
        item.clear()
        if not len(self._values):
            return
        colour_axes(self.plot)
        is_whole = bool(np.issubdtype(self._values.dtype, np.integer))
        top = max(float(np.quantile(self._values, SHOWN)), 1.0)
        width = max(1.0, float(np.ceil(top / BINS))) if is_whole else top / BINS
        edges = np.arange(0.0, top + 1.5 * width, width) - (0.5 if is_whole else 0.0)
        counts, _ = np.histogram(np.minimum(self._values, edges[-1] - 0.25 * width), edges)
        own = -1 if self._here is None else int(np.clip((self._here - edges[0]) // width, 0, len(counts) - 1))
        brushes = [theme().colour("accent" if place == own else "control_border") for place in range(len(counts))]
        bars = pg.BarGraphItem(
            x0=edges[:-1], width=0.86 * width, height=np.maximum(counts, 0), brushes=brushes, pen=pg.mkPen(None)
        )
        item.addItem(bars)
        item.getViewBox().setRange(
            xRange=(edges[0] - 0.5 * width, edges[-1]), yRange=(0.0, counts.max() * 1.05), padding=0
        )
        bottom = item.getAxis("bottom")
        bottom.setHeight(BOTTOM)
        steps = [step for step in nice_steps(0.0, top) if not is_whole or float(step).is_integer()]
        bottom.setTicks([[(step, numbers.decimal(step, 0 if float(step).is_integer() else 1)) for step in steps]])
