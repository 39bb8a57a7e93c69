"""A drop-down of a few words."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QComboBox

from gui.theme import font


class Choice(QComboBox):
    """A drop-down over pairs of a word and what it stands for. The wheel scrolls what lies behind, not the choice."""

    def __init__(self, name: str, *, in_cell: bool = False) -> None:
        super().__init__()
        self.setProperty("cell", in_cell)
        self.setFont(font())
        self.setAccessibleName(name)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)

    def offer(self, choices: Sequence[tuple[str, str]], chosen: str | None) -> None:
        """Offer pairs of word and meaning, with one chosen; None leaves the choice open."""
        self.blockSignals(True)
        if [(self.itemText(at), self.itemData(at)) for at in range(self.count())] != list(choices):
            self.clear()
            for word, meaning in choices:
                self.addItem(word, meaning)
        self.setCurrentIndex(-1 if chosen is None else self.findData(chosen))
        self.blockSignals(False)

    @property
    def chosen(self) -> str | None:
        """What the chosen word stands for, None while nothing is chosen."""
        meaning = self.currentData()
        return meaning if isinstance(meaning, str) else None

    def choose(self, meaning: str) -> None:
        """Choose as a person does: whoever listens to ``activated`` hears of it."""
        self.setCurrentIndex(self.findData(meaning))
        self.activated.emit(self.currentIndex())

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Leave the wheel to the list behind."""
        event.ignore()
