"""Loads what belongs to one customer in a thread; the customer who was asked for last wins."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot

from engine.job import Job, JobContext
from gui.jobs import JobQueue, Task
from gui.results import CampaignResults, consent_day

if TYPE_CHECKING:
    from engine.campaign import Campaign


class CustomerLoader(QObject):
    """Loads one customer after another, behind the window's back; subclasses say what is loaded."""

    loaded = Signal(object)
    failed = Signal(Exception)

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._queue = JobQueue(self)
        self._queue.failed.connect(self.failed)
        self._campaign: Campaign | None = None
        self._results = CampaignResults()
        self._task: Task | None = None

    @property
    def is_busy(self) -> bool:
        """Whether a customer is being loaded, or will be."""
        return self._queue.is_busy

    @property
    def today(self) -> date:
        """The day on which consent must hold."""
        return consent_day(self._campaign, self._results)

    def set_campaign(self, campaign: Campaign | None, results: CampaignResults | None) -> None:
        """Load out of another campaign, or of the same one after it changed."""
        self.give_up()
        self._campaign, self._results = campaign, results or CampaignResults()

    def give_up(self) -> None:
        """Want no customer any more."""
        if self._task is not None:
            self._queue.drop(self._task)
            self._task = None

    def ask(self, customer: str) -> None:
        """Want a customer; ``loaded`` comes unless another customer is asked for before."""
        self.give_up()
        campaign, results, today = self._campaign, self._results, self.today
        if campaign is None:
            return

        def work(context: JobContext) -> object:
            context.check()
            return self.load(campaign, results, customer, today, context)

        self._task = self._queue.start(Job(self.tr("Loading a customer"), work), self._take)

    def load(
        self, campaign: Campaign, results: CampaignResults, customer: str, on: date, context: JobContext
    ) -> object:
        """Load a customer on a day; runs in the thread."""
        raise NotImplementedError

    @Slot(object)
    def _take(self, loaded: object) -> None:
        self._task = None
        self.loaded.emit(loaded)
