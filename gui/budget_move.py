"""How many are asked, from the slider's handle to the campaign file, which follows once the handle rests."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from gui.offer_changes import OfferChanges
from gui.recommendations_data import Recommended

if TYPE_CHECKING:
    from gui.charts.curve_card import CurveCard

SETTLE_MS = 250  # after the last key on the slider


class BudgetMove(QObject):
    """Decides anew in the store of what is shown, and keeps that in the file.

    ``moved`` tells how many are asked now, ``stayed`` that the handle came to rest where the file has it.
    """

    moved = Signal(int)
    stayed = Signal()

    def __init__(self, changes: OfferChanges, parent: QObject) -> None:
        super().__init__(parent)
        self._changes = changes
        self._shown: Recommended | None = None
        self._curve: CurveCard | None = None
        self._to: int | None = None  # until the file has it
        self.settling = QTimer(self, singleShot=True, interval=SETTLE_MS)
        self.settling.timeout.connect(self.keep)

    @property
    def is_on_its_way(self) -> bool:
        """Whether more or fewer are asked than the file says."""
        return self._to is not None

    def follow(self, curve: CurveCard) -> None:
        """Follow the slider of a card."""
        self._curve = curve
        curve.asked.connect(self._move)

    def forget(self) -> None:
        """Let what was moved go."""
        self.settling.stop()
        self._to = None

    def show(self, shown: Recommended | None) -> int:
        """Take what the file has now; return how many are asked, as the slider says if it was moved meanwhile."""
        self._shown = shown
        if shown is None or shown.budget is None or self._to in (None, shown.asked):
            self._to = None
            return 0 if shown is None else shown.asked
        assert self._to is not None
        shown.budget.decide(shown.store, self._to)
        self.settling.start()
        return self._to

    @property
    def asked(self) -> int:
        """How many are asked."""
        if self._to is not None:
            return self._to
        return 0 if self._shown is None else self._shown.asked

    @Slot(int)
    def _move(self, asked: int) -> None:
        shown = self._shown
        if shown is None or shown.budget is None or asked == self._to:
            return
        self._to = asked
        shown.budget.decide(shown.store, asked)
        self.moved.emit(asked)
        self.settling.start()

    @Slot()
    def keep(self) -> None:
        """Keep how many are asked in the campaign file, once the slider rests and nothing else is being changed."""
        from engine.offers import Choice

        shown, asked = self._shown, self._to
        if shown is None or asked is None:
            return
        if self._changes.is_busy or (self._curve is not None and self._curve.profit.slider.isSliderDown()):
            self.settling.start()
        elif asked == shown.asked:
            self._to = None
            self.stayed.emit()
        else:
            self._changes.limit(shown.with_most(asked), shown.results.choice or Choice())
