"""What the designer changes about offers: kept in the campaign file by a job, and taken back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot

from engine.job import Job, JobContext
from gui.jobs import JobQueue

if TYPE_CHECKING:
    from engine.campaign import Campaign
    from engine.offers import Choice


@dataclass(frozen=True)
class Withholding:
    """An offer that is kept from one customer, or not any more."""

    customer: str
    withheld: bool


@dataclass(frozen=True, eq=False)
class _Kept:
    campaign: Campaign
    undoes: tuple[Withholding, ...]


class OfferChanges(QObject):
    """Makes one change after another. What was withheld since the last choice for all can be taken back one by one.

    ``began`` says that a change is on its way, ``kept`` that it is in the file, ``given_up`` that all is as it was.
    """

    began = Signal()
    kept = Signal()
    given_up = Signal()

    def __init__(self, jobs: JobQueue, parent: QObject) -> None:
        super().__init__(parent)
        self._jobs = jobs
        self._campaign: Campaign | None = None
        self._undoes: tuple[Withholding, ...] = ()
        self._is_busy = False

    @property
    def is_busy(self) -> bool:
        """Whether a change is on its way, or not yet on the page."""
        return self._is_busy

    @property
    def last(self) -> Withholding | None:
        """What would take the last withholding back."""
        return self._undoes[-1] if self._undoes else None

    def set_campaign(self, campaign: Campaign | None) -> None:
        """Change the offers of another campaign, or of the same one as it is now."""
        if campaign is not self._campaign:
            self._undoes = ()
        self._campaign = campaign
        self._is_busy = False

    def choose(self, choice: Choice) -> None:
        """Send one offer to all, or personal ones."""

        def change(campaign: Campaign, context: JobContext) -> None:
            from engine.recommending import choose_offers

            choose_offers(campaign, choice, context)

        self._start(change, ())

    def withhold(self, customer: str, withheld: bool) -> None:
        """Keep the offer from one customer, or not any more."""
        self._withhold(Withholding(customer, withheld), (*self._undoes, Withholding(customer, not withheld)))

    def undo(self) -> None:
        """Take back what was withheld, or given back, last."""
        if self.last is not None:
            self._withhold(self.last, self._undoes[:-1])

    def _withhold(self, wanted: Withholding, undoes: tuple[Withholding, ...]) -> None:
        def change(campaign: Campaign, context: JobContext) -> None:
            from engine.recommending import withhold_offer

            withhold_offer(campaign, wanted.customer, withheld=wanted.withheld, context=context)

        self._start(change, undoes)

    def _start(self, change: Callable[[Campaign, JobContext], None], undoes: tuple[Withholding, ...]) -> None:
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
            afterwards=self.tr("Offers chosen"),
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
