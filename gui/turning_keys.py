"""Turning customers: two buttons, and the keys Left and Right, lead through customers in their order."""

from __future__ import annotations

from typing import Protocol

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QWidget

from gui.widgets import Button


class InOrder(Protocol):
    """Customers in an order."""

    def __len__(self) -> int: ...

    def __getitem__(self, place: int, /) -> str: ...


class TurningKeys(QObject):
    """``wanted`` carries the customer to go to; the buttons are off where nobody comes."""

    wanted = Signal(str)

    def __init__(self, previous: Button, following: Button, page: QWidget) -> None:
        super().__init__(page)
        self._previous, self._following = previous, following
        self._customers: InOrder | None = None
        self._place = -1
        for button, keys, slot in ((previous, "Left", self.turn_back), (following, "Right", self.turn_on)):
            button.clicked.connect(slot)
            QShortcut(QKeySequence(keys), page, slot)

    def stand(self, customers: InOrder, place: int) -> None:
        """Turn from a customer's place on; from -1, somebody who is not among them, both ways lead to the first."""
        self._customers, self._place = customers, place
        self._previous.setEnabled(self._target(-1) is not None)
        self._following.setEnabled(self._target(1) is not None)

    @Slot()
    def turn_on(self) -> None:
        """Go to the next customer."""
        self._turn(1)

    @Slot()
    def turn_back(self) -> None:
        """Go to the customer before."""
        self._turn(-1)

    def _turn(self, step: int) -> None:
        target = self._target(step)
        if target is not None:
            self.wanted.emit(target)

    def _target(self, step: int) -> str | None:
        if self._customers is None:
            return None
        place = 0 if self._place < 0 else self._place + step
        return self._customers[place] if 0 <= place < len(self._customers) else None
