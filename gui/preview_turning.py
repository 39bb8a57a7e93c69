"""Whom the Preview turns through: those with a look-alike, all with an offer, or customers selected elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot

from engine.columns import CUSTOMER
from gui import numbers
from gui.preview_order import PreviewOrder
from gui.preview_words import Among
from gui.widgets import Segments

if TYPE_CHECKING:
    import pyarrow as pa

    from gui.results import CampaignResults

WITH_FACE, EVERYBODY, SELECTED = range(3)
AMONG: tuple[Among, ...] = ("with a look-alike", "with an offer", "selected")


class Turning(QObject):
    """Holds the customers in their order, and the control that chooses among them. ``chosen``: somebody did."""

    chosen = Signal()

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        names = [self.tr("With a look-alike"), self.tr("All"), self.tr("Selected")]
        self.control = Segments(names, name=self.tr("Customers"))
        self.control.chosen.connect(self._choose)
        self._order, self._selected, self.shown = PreviewOrder(), PreviewOrder(), PreviewOrder()
        self._everybody = PreviewOrder()  # with an offer, in the order of the table

    @property
    def has_any(self) -> bool:
        """Whether there is somebody to turn to."""
        return len(self._order) > 0 or len(self._selected) > 0

    @property
    def has_order(self) -> bool:
        """Whether somebody gets an offer, or has a match."""
        return len(self._order) > 0

    @property
    def among(self) -> Among:
        """Among whom the customers that are shown are."""
        return AMONG[self.control.selected]

    def scopes(self) -> tuple[tuple[str, pa.StringArray], ...]:
        """Return the customers of each way to turn with its name, those that are shown first."""
        order = (self._order.only_with_face(), self._everybody, self._selected)
        names = (
            (self.tr("The one with a look-alike"), self.tr("The {count} with a look-alike")),
            (self.tr("The one with an offer"), self.tr("All {count} with an offer, with a look-alike or without")),
            (self.tr("The one that is selected"), self.tr("The {count} that are selected")),
        )
        found = {
            whom: ((one if len(those) == 1 else many).format(count=numbers.decimal(len(those))), those.customers)
            for whom, ((one, many), those) in enumerate(zip(names, order, strict=True))
            if those.customers is not None and len(those)
        }
        first = self.control.selected
        return tuple(found[whom] for whom in sorted(found, key=lambda whom: (whom != first, whom)))

    def show_results(self, results: CampaignResults | None, *, stays: bool) -> None:
        """Turn through a campaign's customers; of the same campaign as before what was chosen ``stays``."""
        self._order = PreviewOrder() if results is None else results.order
        self._everybody = self._order.as_ranked()
        if not stays or results is None or not _are_there(results, self._selected):
            self._selected = PreviewOrder()
        self._offer()
        before = self.control.selected if stays else WITH_FACE
        self._through(EVERYBODY if before == WITH_FACE and self._order.with_face == 0 else before)

    def select(self, customers: pa.StringArray) -> None:
        """Turn through some customers, in their order."""
        self._selected = PreviewOrder(customers)
        self._offer()
        self._through(SELECTED)

    def follow(self, customers: pa.StringArray) -> bool:
        """Take all with an offer in another order; return whether that changes what is turned through."""
        known = self._everybody.customers
        if known is None or len(known) != len(customers) or known.equals(customers):
            return False
        self._everybody = PreviewOrder(customers)
        if self.control.selected == EVERYBODY:
            self._through(EVERYBODY)
            return True
        return False

    def place(self, customer: str) -> int | None:
        """Return the place of a customer among those that are shown, None for one who is not."""
        place = self.shown.place(customer)
        return place if place >= 0 else None

    def reach_for(self, customer: str) -> None:
        """Turn through all with an offer where a customer is only among them."""
        if self.shown.place(customer) < 0 <= self._order.place(customer):
            self._through(EVERYBODY)

    def _offer(self) -> None:
        """Offer the ways to turn that differ, where there is more than one."""
        faces, everybody, selected = self._order.with_face, len(self._order), len(self._selected)
        counts = {WITH_FACE: faces if faces < everybody else 0, EVERYBODY: everybody, SELECTED: selected}
        for place, count in counts.items():
            self.control.button(place).setVisible(count > 0)
        self.control.setVisible(sum(count > 0 for count in counts.values()) > 1)

    def _through(self, whom: int) -> None:
        whom = EVERYBODY if whom == SELECTED and not len(self._selected) else whom
        self.control.select(whom)
        self.shown = (self._order.only_with_face(), self._everybody, self._selected)[whom]

    @Slot(int)
    def _choose(self, whom: int) -> None:
        self._through(whom)
        self.chosen.emit()


def _are_there(results: CampaignResults, order: PreviewOrder) -> bool:
    """Whether a campaign still has all of some customers."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if results.customers is None or order.customers is None:
        return False
    known = results.customers[CUSTOMER].cast(pa.string()).combine_chunks()
    return bool(pc.all(pc.is_in(order.customers, value_set=known)).as_py())
