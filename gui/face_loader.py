"""Loads customers' faces in a thread; the customer who was asked for last wins."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot

from engine.faces import LikenessScale
from engine.job import Job, JobContext
from gui.customer_faces import CustomerFaces, load_faces, measure_scale
from gui.jobs import JobQueue, Task
from gui.results import CampaignResults

if TYPE_CHECKING:
    from engine.campaign import Campaign


class FaceLoader(QObject):
    """Loads faces and keeps choices of faces, one after another, behind the window's back."""

    loaded = Signal(object)  # CustomerFaces
    failed = Signal(Exception)

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._queue = JobQueue(self)
        self._queue.failed.connect(self.failed)
        self._campaign: Campaign | None = None
        self._inventory: tuple[str, ...] = ()
        self._span_end: date | None = None
        self._scale: LikenessScale | None = None
        self._task: Task | None = None

    def set_campaign(self, campaign: Campaign | None, results: CampaignResults | None) -> None:
        """Load out of another campaign, or of the same one after it changed."""
        self.give_up()
        self._campaign, self._scale = campaign, None
        self._inventory = () if results is None else results.inventory
        self._span_end = results.span[1] if results is not None and results.span else None

    @property
    def today(self) -> date:
        """The day on which consent must hold: the logs' last one if this computer's clock is behind it."""
        return max(date.today(), self._span_end or date.min)

    def give_up(self) -> None:
        """Want no customer any more."""
        if self._task is not None:
            self._queue.drop(self._task)
            self._task = None

    def ask(self, customer: str) -> None:
        """Want a customer's faces; ``loaded`` comes unless another customer is asked for before."""
        self.give_up()
        campaign, inventory, scale, today = self._campaign, self._inventory, self._scale, self.today
        if campaign is None:
            return

        def work(context: JobContext) -> tuple[CustomerFaces, LikenessScale]:
            measured = scale or measure_scale(campaign, inventory, context)
            return load_faces(campaign, customer, measured, today, context), measured

        self._task = self._queue.start(Job(self.tr("Loading faces"), work), self._take)

    def keep_choice(self, customer: str, photo: str | None) -> None:
        """Keep the designer's pick of a face in the campaign file; None goes back to the nearest."""
        campaign = self._campaign
        if campaign is None:
            return

        def work(context: JobContext) -> None:
            campaign.choose_face(customer, photo)

        self._queue.start(Job(self.tr("Keeping the choice"), work))

    @Slot(object)
    def _take(self, loaded: tuple[CustomerFaces, LikenessScale]) -> None:
        self._task = None
        faces, self._scale = loaded
        self.loaded.emit(faces)
