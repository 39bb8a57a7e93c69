"""Whether predictions keep their promise: tenths of customers, what was predicted across, what was seen upwards."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QLineF, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from gui import numbers
from gui.charts.row_chart import PALE, difference_tone
from gui.charts.steps_of_axes import nice_steps
from gui.theme import font, look, theme

if TYPE_CHECKING:
    from engine.uplift import CalibrationLine, UpliftEvaluation

DOT, BAR = 8, 4
BAND, BAND_STEPS = 0.14, 24  # opacity of the line's likely range, and of how many pieces its edges are
BOTTOM = 22
GAP = 8


def tr(text: str) -> str:
    """Translate a phrase about calibration."""
    return QCoreApplication.translate("calibration", text)


class CalibrationChart(QWidget):
    """Dots with likely ranges, the line on which they should lie dashed, and the line that fits them with its band."""

    def __init__(self) -> None:
        super().__init__()
        self.evaluation: UpliftEvaluation | None = None
        self._ends = (0.0, 1.0)
        self.setAccessibleName(tr("What was predicted and what was seen, by tenths of customers"))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        look().changed.connect(self.update)

    def show_evaluation(self, evaluation: UpliftEvaluation) -> None:
        """Show the tenths of an evaluation."""
        self.evaluation = evaluation
        tenths = evaluation.deciles
        values = [0.0, *(end for each in tenths for end in (each.predicted, each.low, each.high))]
        self._ends = (min(values), max(values)) if max(values) > min(values) else (0.0, 1.0)
        words = tr("{number}: predicted {predicted}, seen {seen}")
        said = (
            words.format(number=one.number, predicted=numbers.points(one.predicted), seen=numbers.points(one.uplift))
            for one in tenths
        )
        self.setAccessibleDescription("; ".join(said))
        self.update()

    def minimumSizeHint(self) -> QSize:
        """Stay readable."""
        return QSize(240, 130)

    def _box(self, left: float) -> QRectF:
        return QRectF(left, GAP, self.width() - left - GAP, self.height() - BOTTOM - GAP)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint axes, the two lines, and the dots."""
        if self.evaluation is None:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        metrics = QFontMetricsF(font("caption", tabular=True))
        steps = nice_steps(*self._ends, most=6)
        texts = {step: numbers.points(step, 0, signed=bool(step)) for step in steps}
        left = max(map(metrics.horizontalAdvance, texts.values()), default=0.0) + GAP
        box = self._box(left)
        self._paint_axes(painter, box, texts)
        low, high = self._ends
        painter.setPen(QPen(theme().colour("control_border"), 1, Qt.PenStyle.DashLine))
        painter.drawLine(QLineF(self._at(box, low, low), self._at(box, high, high)))
        self._paint_fit(painter, box)
        for tenth in self.evaluation.deciles:
            colour = theme().colour(difference_tone(tenth.low, tenth.high))
            pale = QColor(colour)
            pale.setAlphaF(PALE)
            top, bottom = self._at(box, tenth.predicted, tenth.high), self._at(box, tenth.predicted, tenth.low)
            painter.setPen(QPen(pale, BAR, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
            painter.drawLine(QLineF(top, bottom))
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(colour)
            painter.drawEllipse(self._at(box, tenth.predicted, tenth.uplift), DOT / 2, DOT / 2)

    def _at(self, box: QRectF, predicted: float, seen: float) -> QPointF:
        low, high = self._ends
        across, up = ((value - low) / (high - low) for value in (predicted, seen))
        return QPointF(box.left() + across * box.width(), box.bottom() - up * box.height())

    def _paint_axes(self, painter: QPainter, box: QRectF, texts: dict[float, str]) -> None:
        painter.setPen(QPen(theme().colour("border"), 1))
        painter.drawLine(QLineF(box.bottomLeft(), box.bottomRight()))
        painter.drawLine(QLineF(box.bottomLeft(), box.topLeft()))
        painter.setPen(theme().colour("muted"))
        painter.setFont(font("caption", tabular=True))
        for step, text in texts.items():
            place = self._at(box, step, step)
            below = QRectF(place.x() - 30, box.bottom() + 4, 60, BOTTOM)
            painter.drawText(below, Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop, text)
            beside = QRectF(0, place.y() - 10, box.left() - GAP / 2, 20)
            painter.drawText(beside, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, text)

    def _paint_band(self, painter: QPainter, box: QRectF, line: CalibrationLine, ends: tuple[float, float]) -> None:
        """Paint the likely range of the line, where the file holds it."""
        places = [ends[0] + (ends[1] - ends[0]) * step / BAND_STEPS for step in range(BAND_STEPS + 1)]
        found = [(x, line.at(x)) for x in places]
        low = [self._at(box, x, one.low) for x, one in found if one is not None]
        high = [self._at(box, x, one.high) for x, one in found if one is not None]
        if low:
            colour = theme().colour("accent")
            colour.setAlphaF(BAND)
            painter.save()
            painter.setClipRect(box)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(colour)
            painter.drawPolygon(QPolygonF([*low, *reversed(high)]))
            painter.restore()

    def _paint_fit(self, painter: QPainter, box: QRectF) -> None:
        """Paint the line of the truth on the prediction, as far as predictions go."""
        assert self.evaluation is not None
        line, tenths = self.evaluation.calibration, self.evaluation.deciles
        if line is None or not tenths:
            return
        ends = (min(each.predicted for each in tenths), max(each.predicted for each in tenths))
        self._paint_band(painter, box, line, ends)
        start, end = (self._at(box, x, line.intercept + line.slope * x) for x in ends)
        painter.setPen(QPen(theme().colour("accent"), 2))
        painter.drawLine(QLineF(start, end))
