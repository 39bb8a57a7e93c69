"""Matches all customers of a campaign: by weights, by limits, or again after photos and rights changed."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, Signal, Slot
from PySide6.QtWidgets import QWidget

from gui.faces_data import tr
from gui.faces_jobs import matching_job, renewing_job
from gui.results import CampaignResults, consent_day
from gui.territories import known_territories

if TYPE_CHECKING:
    from engine.campaign import Campaign
    from engine.inventory import MatchSettings, MatchWeights
    from engine.job import Job
    from gui.faces_data import FacesData
    from gui.jobs import JobQueue


class FacesMatching(QObject):
    """``matched`` says that all customers were matched, ``given_up`` that they were not: what led to it stays."""

    matched = Signal()
    given_up = Signal()

    def __init__(self, jobs: JobQueue, page: QWidget) -> None:
        super().__init__(page)
        self._jobs = jobs
        self._page = page
        self._campaign: Campaign | None = None
        self._results = CampaignResults()

    def set_campaign(self, campaign: Campaign | None, results: CampaignResults | None) -> None:
        """Match the customers of another campaign."""
        self._campaign, self._results = campaign, results or CampaignResults()

    def match_by(self, data: FacesData, weights: MatchWeights) -> None:
        """Match by other weights."""
        self._match(replace(data.matcher.settings, weights=weights))

    @Slot()
    def match_again(self) -> None:
        """Match by what counts, after photos or rights changed."""
        self._match(None)

    def read_again(self) -> None:
        """Read all faces again by the network in use, and match."""
        if self._campaign is not None:
            day = consent_day(self._campaign, self._results)
            self._start(renewing_job(self._campaign, day), tr("All faces read again by the network in use"))

    def ask_for_limits(self, data: FacesData) -> None:
        """Ask how often a photo may be used and where the ads run, and match by that."""
        from gui.limits_dialog import LimitsDialog

        known = known_territories(data.matcher.clearance.rights)
        dialog = LimitsDialog(data.matcher.settings, self._page, territories=known)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.told.connect(self._match)
        dialog.open()

    @Slot(object)
    def _match(self, settings: MatchSettings | None) -> None:
        if self._campaign is not None:
            day = consent_day(self._campaign, self._results)
            self._start(matching_job(self._campaign, day, settings), tr("All customers matched"))

    def _start(self, job: Job[int], afterwards: str) -> None:
        self._jobs.start(job, self._tell, failed=self._fail, cancelled=self._give_up, afterwards=afterwards)

    @Slot(object)
    def _tell(self, _: int) -> None:
        self.matched.emit()

    @Slot()
    def _give_up(self) -> None:
        self.given_up.emit()

    @Slot(Exception)
    def _fail(self, error: Exception) -> None:
        self._jobs.failed.emit(error)
        self.given_up.emit()
