"""Makers' shares as bars, each in the colour that its maker keeps on every page."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QCoreApplication, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from gui import numbers
from gui.charts.loyalty_grid import OTHER
from gui.results import MakerShare
from gui.theme import Theme, font, look, theme

ROW = 22
BAR = 12
GAP = 12


def tr(text: str) -> str:
    """Translate a phrase of the makers' bars."""
    return QCoreApplication.translate("makers", text)


def leading_shares(shares: Sequence[MakerShare], places: int = 8) -> tuple[MakerShare, ...]:
    """Order shares by size and gather what has no colour of its own in Other, which always stands last."""
    named = sorted((share for share in shares if share.maker != OTHER), key=lambda share: -share.customers)
    rest = [*named[places - 1 :], *(share for share in shares if share.maker == OTHER)]
    if not rest:
        return tuple(named)
    other = MakerShare(OTHER, sum(share.customers for share in rest), sum(share.share for share in rest))
    return (*named[: places - 1], other)


def maker_colour(maker: str, shares: Sequence[MakerShare], now: Theme) -> QColor:
    """Return a maker's colour: by its place among the shares, the last one for Other and all unknown ones."""
    places = {share.maker: place for place, share in enumerate(leading_shares(shares)) if share.maker != OTHER}
    return QColor(now.makers[places.get(maker, len(now.makers) - 1)])


class MakerBars(QWidget):
    """One bar a maker: name, bar on a quiet track, share in per cent."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shares: tuple[MakerShare, ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(tr("Makers' shares"))
        look().changed.connect(self.update)

    def show_shares(self, shares: Sequence[MakerShare]) -> None:
        """Show the shares, the largest first."""
        self._shares = leading_shares(shares)
        said = (f"{share.maker} {numbers.percent(share.share)}" for share in self._shares)
        self.setAccessibleDescription(", ".join(said))
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        """Ask for one line a maker."""
        return QSize(320, ROW * max(1, len(self._shares)))

    def minimumSizeHint(self) -> QSize:
        """Keep room for a name, a short bar and a share."""
        return QSize(220, ROW * max(1, len(self._shares)))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint names, tracks, bars and shares."""
        if not self._shares:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        now = theme()
        metrics = QFontMetricsF(font())
        left = max(metrics.horizontalAdvance(share.maker) for share in self._shares) + GAP
        right = QFontMetricsF(font(tabular=True)).horizontalAdvance(numbers.percent(0.888)) + GAP
        track = max(24.0, self.width() - left - right)
        largest = max(share.share for share in self._shares) * 1.06 or 1.0
        for place, share in enumerate(self._shares):
            line = QRectF(0, place * ROW, self.width(), ROW)
            painter.setPen(now.colour("text"))
            painter.setFont(font())
            painter.drawText(line, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, share.maker)
            painter.setFont(font(tabular=True))
            text = numbers.percent(share.share)
            painter.drawText(line, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, text)
            ground = QRectF(left, line.center().y() - BAR / 2, track, BAR)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(now.colour("sunken"))
            painter.drawRoundedRect(ground, 3, 3)
            painter.setBrush(maker_colour(share.maker, self._shares, now))
            ground.setWidth(max(3.0, track * share.share / largest))
            painter.drawRoundedRect(ground, 3, 3)
