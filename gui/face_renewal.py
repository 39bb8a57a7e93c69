"""Reads a campaign's faces again, in the background, where another network than the one in use read them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QObject, Signal, Slot

from gui.faces_jobs import renewing_job
from gui.results import consent_day

if TYPE_CHECKING:
    from engine.campaign import Campaign
    from gui.jobs import JobQueue
    from gui.results import CampaignResults


class FaceRenewal(QObject):
    """Begins by itself with a campaign that is opened. ``ended``: the pages read what is there now.

    Who cancels it has the faces that were read so far; the rest is read at the next opening, or by "Match all".
    """

    ended = Signal()

    def __init__(self, jobs: JobQueue, parent: QObject) -> None:
        super().__init__(parent)
        self._jobs = jobs

    def begin(self, campaign: Campaign, results: CampaignResults) -> None:
        """Read the faces again if there are any to be read."""
        if results.to_read_again:
            said = QCoreApplication.translate("faces", "All faces read again by the network in use")
            job = renewing_job(campaign, consent_day(campaign, results))
            self._jobs.start(job, self._tell, failed=self._fail, cancelled=self._stop, afterwards=said)

    @Slot(object)
    def _tell(self, _: int) -> None:
        self.ended.emit()

    @Slot()
    def _stop(self) -> None:
        self.ended.emit()

    @Slot(Exception)
    def _fail(self, error: Exception) -> None:
        self._jobs.failed.emit(error)
        self.ended.emit()
