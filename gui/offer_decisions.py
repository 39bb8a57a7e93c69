"""What the designer decides: personal offers or one for all, how many are asked, and who gets none."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot

from engine.columns import WITHHELD
from gui.budget_move import BudgetMove
from gui.findings import chosen_for_all, offer_name
from gui.offer_changes import OfferChanges, Withholding
from gui.recommendations_data import Recommended

if TYPE_CHECKING:
    from engine.campaign import Campaign
    from gui.column_store import IntArray
    from gui.jobs import JobQueue


class OfferDecisions(QObject):
    """Puts decisions into the campaign file, and takes them back.

    ``began``, ``kept`` and ``given_up`` are those of the changes; ``customer_wanted`` names the customer whose offer
    is changed back.
    """

    began = Signal()
    kept = Signal()
    given_up = Signal()
    customer_wanted = Signal(str)

    def __init__(self, jobs: JobQueue, parent: QObject) -> None:
        super().__init__(parent)
        self._shown: Recommended | None = None
        self.changes = OfferChanges(jobs, self)
        self.budget = BudgetMove(self.changes, self)
        self.changes.began.connect(self.began)
        self.changes.kept.connect(self.kept)
        self.changes.given_up.connect(self.given_up)

    @property
    def is_resting(self) -> bool:
        """Whether nothing is being changed, so that what is shown is what the file has."""
        return not self.changes.is_busy and not self.budget.is_on_its_way

    def set_campaign(self, campaign: Campaign | None, *, is_other: bool) -> None:
        """Decide about another campaign, or about the same one as it is now."""
        if is_other:
            self.budget.forget()
        self.changes.set_campaign(campaign)

    def forget(self) -> None:
        """Forget what could be taken back."""
        self.budget.forget()
        self.changes.forget()

    def show(self, shown: Recommended | None) -> int:
        """Decide about what is shown now; return how many are asked."""
        self._shown = shown
        return self.budget.show(shown)

    @Slot()
    def choose_single(self) -> None:
        """Send the best single offer to all."""
        from engine.offers import Choice

        shown = self._shown
        if shown is not None and shown.results.value is not None:
            offer = shown.results.value.best_single_offer
            said = self.tr("{offer} chosen for all").format(offer=offer_name(shown.results.offers, offer))
            self.changes.choose(Choice("for_all", offer), said)

    @Slot()
    def choose_personal(self) -> None:
        """Keep personal offers."""
        from engine.offers import Choice

        self.changes.choose(Choice("personal"), self.tr("Personal offers chosen"))

    @Slot()
    def choose_again(self) -> None:
        """Take back that one offer goes to all, or that not all who are worth it are asked."""
        from engine.offers import Choice

        shown = self._shown
        if shown is None or self.changes.is_busy:
            return
        if chosen_for_all(shown.results) is not None:
            self.changes.choose(Choice(), self.tr("One offer for all taken back"))
        elif shown.is_limited and shown.budget is not None:
            self.budget.forget()
            self.changes.limit(shown.with_most(shown.budget.most), shown.results.choice or Choice())

    @Slot()
    def undo(self) -> None:
        """Take back what was withheld, given back or limited last, and go there; else that one offer goes to all."""
        last = self.changes.last
        if last is None:
            self.choose_again()
        elif not self.changes.is_busy:
            if isinstance(last, Withholding) and len(last.customers) == 1:
                self.customer_wanted.emit(last.customers[0])
            self.budget.forget()
            self.changes.undo()

    @Slot(str, bool)
    def withhold(self, customer: str, withheld: bool) -> None:
        """Send a customer no offer, or not any more."""
        self.changes.withhold((customer,), withheld)

    def withhold_rows(self, rows: IntArray) -> None:
        """Send some customers no offer; who is withheld from already stays so when that is taken back."""
        shown = self._shown
        if shown is None:
            return
        if shown.store.has(WITHHELD):
            rows = rows[shown.store.numbers(WITHHELD)[rows] == 0]
        if len(rows):
            self.changes.withhold([shown.store.key(number) for number in rows.tolist()], True)
