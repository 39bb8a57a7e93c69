"""Rows of bars from the line of zero: what speaks for and against, or how large each share is."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter

from gui.charts.row_chart import RowChart, RowLine
from gui.theme import theme

THICK = 10
LEAST = 2.0  # pixels, so that little is not taken for nothing


class BarRows(RowChart):
    """Bars in the colour of their row, such as petrol for and grey against."""

    row_height = 22
    most_name = 200.0
    zero = Qt.PenStyle.SolidLine

    def draw_mark(self, painter: QPainter, line: RowLine, at: Callable[[float], float], middle: float) -> None:
        """Draw a bar from the line of zero."""
        assert line.value is not None
        zero, end = at(0.0), at(line.value)
        if line.value:
            end = max(end, zero + LEAST) if line.value > 0 else min(end, zero - LEAST)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme().colour(line.tone))
        painter.drawRoundedRect(QRectF(min(zero, end), middle - THICK / 2, abs(end - zero), THICK), 2, 2)
