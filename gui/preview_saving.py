"""Saving ads from the Preview: the one that is shown, and those of the customers who are turned through."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Slot
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QWidget

from gui.ad_saving import AdSaving, AdScope
from gui.findings import is_undecided
from gui.preview_pictures import AdCard, tr
from gui.preview_turning import Turning
from gui.widgets import Button

if TYPE_CHECKING:
    from engine.campaign import Campaign
    from gui.jobs import JobQueue
    from gui.results import CampaignResults


class PreviewSaving(AdSaving):
    """The page's button for the ads of many, and the keys Ctrl+S and Ctrl+Shift+S."""

    def __init__(self, jobs: JobQueue, page: QWidget, turning: Turning, card: AdCard) -> None:
        super().__init__(jobs, page)
        self._turning = turning
        self.button = Button(tr("Save ads…"), "plain", "export")
        self.button.clicked.connect(self._ask)
        QShortcut(QKeySequence("Ctrl+S"), page, card.save.click)
        QShortcut(QKeySequence("Ctrl+Shift+S"), page, self.button.click)

    def show_campaign(self, campaign: Campaign | None, results: CampaignResults | None) -> None:
        """Save the ads of a campaign; of many not before it is decided which offers are sent."""
        self.set_campaign(campaign)
        undecided = results is not None and is_undecided(results)
        self.button.setEnabled(not undecided)
        first = tr("Choose first which offers to send, in Recommendations.")
        self.button.setToolTip(first if undecided else tr("Save the ads of many customers (Ctrl+Shift+S)"))

    @Slot()
    def _ask(self) -> None:
        """Ask whose ads are saved, beginning with those who are turned through."""
        scopes = [AdScope(*each) for each in self._turning.scopes()]
        if scopes:
            self.ask_whose(scopes)
