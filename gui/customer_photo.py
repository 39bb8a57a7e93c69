"""One customer's photo and consent, loaded in a thread; the customer who was asked for last wins."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot

from engine.job import Job, JobContext
from gui.jobs import JobQueue
from gui.photo_view import FacePhoto, decode
from gui.results import CampaignResults

if TYPE_CHECKING:
    from engine.campaign import Campaign, Consent


@dataclass(frozen=True, eq=False)
class CustomerPhoto:
    """A customer's consent, and the photo where it holds."""

    customer: str
    consent: Consent | None
    face: FacePhoto | None


def load_photo(campaign: Campaign, customer: str, on: date) -> CustomerPhoto:
    """Load a customer's photo; without a consent that holds it is not even read."""
    consent = campaign.consent(customer)
    if consent is None or not consent.holds(on):
        return CustomerPhoto(customer, consent, None)
    stored = campaign.customer_photo(customer)
    return CustomerPhoto(customer, consent, None if stored is None else decode(stored))


class CustomerPhotoLoader(QObject):
    """Loads photos one after another."""

    loaded = Signal(object)  # CustomerPhoto
    failed = Signal(Exception)

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._queue = JobQueue(self)
        self._queue.failed.connect(self.failed)
        self._campaign: Campaign | None = None
        self._span_end: date | None = None

    @property
    def today(self) -> date:
        """The day on which consent must hold: the logs' last one if this computer's clock is behind it."""
        return max(date.today(), self._span_end or date.min)

    def set_campaign(self, campaign: Campaign | None, results: CampaignResults | None) -> None:
        """Load out of another campaign."""
        self._queue.drop_all()
        self._campaign = campaign
        self._span_end = results.span[1] if results is not None and results.span else None

    def ask(self, customer: str) -> None:
        """Want a customer's photo; ``loaded`` comes unless another customer is asked for before."""
        self._queue.drop_all()
        campaign, today = self._campaign, self.today
        if campaign is None:
            return

        def work(context: JobContext) -> CustomerPhoto:
            context.check()
            return load_photo(campaign, customer, today)

        self._queue.start(Job(self.tr("Loading a photo"), work), self._take)

    @Slot(object)
    def _take(self, photo: CustomerPhoto) -> None:
        self.loaded.emit(photo)
