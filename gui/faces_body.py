"""How the Faces page is arranged: the campaign photos at the left, the customer and the most alike at the right."""

from __future__ import annotations

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QWidget

from gui.alike_cards import FiveMostAlike
from gui.fitting_scroll import FittingScroll
from gui.inventory_card import InventoryCard
from gui.match_weights import WeightsCard
from gui.probe_card import LARGEST, SMALLEST, ProbeCard
from gui.theme import GAP
from gui.widgets import column, row

NARROW, LOW = 1040, 760  # sizes of the page below which it is arranged for a small window
LEFT, LEFT_NARROW = 37, 30  # per cent of the width


class FacesBody(QWidget):
    """The four cards of the page."""

    def __init__(self) -> None:
        super().__init__()
        self.inventory = InventoryCard()
        self.probe = ProbeCard()
        self.weights = WeightsCard()
        self.five = FiveMostAlike()
        right = QWidget()
        right.setLayout(column(self.probe, self.weights, (self.five, 1), gap=12))
        self._halves = row((self.inventory, LEFT), (FittingScroll(right), 100 - LEFT), gap=GAP)
        self.setLayout(self._halves)

    def fit(self, page: QSize) -> None:
        """Give a small window's room to the faces."""
        left = LEFT_NARROW if page.width() < NARROW else LEFT
        self._halves.setStretch(0, left)
        self._halves.setStretch(1, 100 - left)
        self.weights.set_narrow(page.width() < NARROW)
        self.probe.set_side(SMALLEST if page.height() < LOW else LARGEST)
