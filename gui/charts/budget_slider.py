"""The slider under the profit curve, on the curve's own axis: the same left and right edge."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent, QPen, QWheelEvent
from PySide6.QtWidgets import QSizePolicy, QSlider

from gui.theme import look, theme

HANDLE = 8.0
GROOVE = 4.0


class BudgetSlider(QSlider):
    """Chooses how many customers to ask; moved by mouse, arrow keys (1 %) and Page keys (10 %).

    The axis is all customers; the handle goes as far as those who are worth asking.
    """

    def __init__(self, name: str) -> None:
        super().__init__(Qt.Orientation.Horizontal)
        self._left, self._right = 0.0, 100.0
        self._customers = 100
        self.count(100, 100)
        self.setAccessibleName(name)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setFixedHeight(24)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        look().changed.connect(self.update)

    def count(self, customers: int, most: int) -> None:
        """Choose among so many customers, of whom ``most`` are worth asking."""
        self._customers = max(1, customers)
        self.setRange(0, most)
        self.setSingleStep(max(1, round(customers / 100)))
        self.setPageStep(max(1, round(customers / 10)))

    @property
    def share(self) -> float:
        """The share of all customers that is chosen."""
        return self.value() / self._customers

    def choose(self, asked: int) -> None:
        """Choose how many to ask."""
        self.setValue(asked)

    def lie_between(self, left: float, right: float) -> None:
        """Put the share 0 and the share 1 at these pixels."""
        self._left, self._right = left, right
        self.update()

    def ends(self) -> tuple[float, float]:
        """Return the pixels of the share 0 and the share 1."""
        return self._left, self._right

    def sizeHint(self) -> QSize:
        """Take the width there is."""
        return QSize(200, 24)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Go to where the pointer is."""
        if event.button() == Qt.MouseButton.LeftButton:
            self.setSliderDown(True)
            self._follow(event.position())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Follow the pointer."""
        if event.buttons() & Qt.MouseButton.LeftButton:
            self._follow(event.position())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Stay."""
        self.setSliderDown(False)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Leave the wheel to the page: it would move the budget unseen."""
        event.ignore()

    def _follow(self, position: QPointF) -> None:
        width = max(1.0, self._right - self._left)
        share = min(1.0, max(0.0, (position.x() - self._left) / width))
        self.choose(round(share * self._customers))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint groove and handle."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        now = theme()
        middle = self.height() / 2
        x = self._left + self.share * (self._right - self._left)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(now.colour("sunken"))
        painter.drawRoundedRect(QRectF(self._left, middle - GROOVE / 2, self._right - self._left, GROOVE), 2, 2)
        painter.setBrush(now.colour("accent"))
        painter.drawRoundedRect(QRectF(self._left, middle - GROOVE / 2, x - self._left, GROOVE), 2, 2)
        painter.setBrush(now.colour("surface"))
        painter.setPen(QPen(now.colour("accent"), 2))
        painter.drawEllipse(QPointF(x, middle), HANDLE, HANDLE)
