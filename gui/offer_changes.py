"""What the designer changes about offers: kept in the campaign file by a job, and taken back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QObject, Signal, Slot

from engine.job import Job, JobContext
from gui import numbers
from gui.jobs import JobQueue

if TYPE_CHECKING:
    from engine.campaign import Campaign
    from engine.offers import Choice


@dataclass(frozen=True)
class Withholding:
    """Offers that are kept from some customers, or not any more."""

    customers: tuple[str, ...]
    withheld: bool


@dataclass(frozen=True)
class Budgeting:
    """How many customers are asked at most, beside what else was chosen."""

    choice: Choice


Change = Withholding | Budgeting


def tr(text: str) -> str:
    """Translate a phrase about changes of offers."""
    return QCoreApplication.translate("offer_changes", text)


def change_words(change: Change) -> str:
    """Say what was changed, and for whom."""
    if isinstance(change, Budgeting):
        most = change.choice.most
        if most is None:
            return tr("Budget set to all who are worth an offer")
        return tr("Budget set to {count} customers").format(count=numbers.decimal(most))
    if len(change.customers) == 1:
        one = tr("Offer kept from customer {key}") if change.withheld else tr("Offer given back to customer {key}")
        return one.format(key=numbers.customer_key(change.customers[0]))
    some = tr("Offers kept from {count} customers") if change.withheld else tr("Offers given back to {count} customers")
    return some.format(count=numbers.decimal(len(change.customers)))


@dataclass(frozen=True, eq=False)
class _Kept:
    campaign: Campaign
    undoes: tuple[Change, ...]


class OfferChanges(QObject):
    """Makes one change after another. What was withheld, and each budget, since the last choice between personal
    offers and one for all can be taken back one by one.

    ``began`` says that a change is on its way, ``kept`` that it is in the file, ``given_up`` that all is as it was.
    """

    began = Signal()
    kept = Signal()
    given_up = Signal()

    def __init__(self, jobs: JobQueue, parent: QObject) -> None:
        super().__init__(parent)
        self._jobs = jobs
        self._campaign: Campaign | None = None
        self._undoes: tuple[Change, ...] = ()
        self._is_busy = False

    @property
    def is_busy(self) -> bool:
        """Whether a change is on its way, or not yet on the page."""
        return self._is_busy

    @property
    def last(self) -> Change | None:
        """What would take the last change back."""
        return self._undoes[-1] if self._undoes else None

    def set_campaign(self, campaign: Campaign | None) -> None:
        """Change the offers of another campaign, or of the same one as it is now."""
        if campaign is not self._campaign:
            self.forget()
        self._campaign = campaign
        self._is_busy = False

    def forget(self) -> None:
        """Forget what could be taken back."""
        self._undoes = ()

    def choose(self, choice: Choice, said: str) -> None:
        """Send one offer to all, or personal ones; ``said`` is what the history calls it."""

        def change(campaign: Campaign, context: JobContext) -> None:
            from engine.recommending import choose_offers

            choose_offers(campaign, choice, context)

        self._start(change, (), said)

    def limit(self, choice: Choice, before: Choice) -> None:
        """Ask as many as a choice says; ``before`` is what takes that back."""
        self._make(Budgeting(choice), (*self._undoes, Budgeting(before)))

    def withhold(self, customers: Sequence[str], withheld: bool) -> None:
        """Keep the offers from some customers, or not any more."""
        those = tuple(customers)
        self._make(Withholding(those, withheld), (*self._undoes, Withholding(those, not withheld)))

    def undo(self) -> None:
        """Take back what was withheld, given back or limited last."""
        if self.last is not None:
            self._make(self.last, self._undoes[:-1])

    def _make(self, wanted: Change, undoes: tuple[Change, ...]) -> None:
        def change(campaign: Campaign, context: JobContext) -> None:
            from engine.recommending import choose_offers, withhold_offers

            if isinstance(wanted, Budgeting):
                choose_offers(campaign, wanted.choice, context)
            else:
                withhold_offers(campaign, wanted.customers, withheld=wanted.withheld, context=context)

        self._start(change, undoes, change_words(wanted))

    def _start(self, change: Callable[[Campaign, JobContext], None], undoes: tuple[Change, ...], said: str) -> None:
        campaign = self._campaign
        if campaign is None or self._is_busy:
            return

        def work(context: JobContext) -> _Kept:
            change(campaign, context)
            return _Kept(campaign, undoes)

        self._is_busy = True
        self.began.emit()
        self._jobs.start(
            Job(self.tr("Choosing offers"), work), self._keep, failed=self._fail, cancelled=self._give_up,
            afterwards=said, lasting=True,
        )  # fmt: skip

    @Slot(object)
    def _keep(self, kept: _Kept) -> None:
        if kept.campaign is self._campaign:
            self._undoes = kept.undoes
        self.kept.emit()

    @Slot(Exception)
    def _fail(self, error: Exception) -> None:
        self._give_up()
        self._jobs.failed.emit(error)

    @Slot()
    def _give_up(self) -> None:
        self._is_busy = False
        self.given_up.emit()
