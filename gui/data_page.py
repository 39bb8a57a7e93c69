"""The Data page: what was read, what was set aside and why, and who uses which phone."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QFileDialog, QWidget

from engine.job import Job
from gui import numbers
from gui.data_cards import AllowsCard, FilesCard, MakersCard, RejectsCard, allowances, write_rejects
from gui.fitting_scroll import FittingScroll
from gui.results import CampaignResults, seen_changes
from gui.theme import GAP
from gui.widgets import Button, EmptyState, Page, column, row

if TYPE_CHECKING:
    from engine.campaign import Campaign
    from gui.charts.loyalty_card import LoyaltyCard
    from gui.jobs import JobQueue
    from gui.social_tab import SocialTab

ONE_COLUMN_BELOW = 1040


class DataPage(Page):
    """Opens with how much is in and how much was set aside; ends in the answer to "is it enough?"."""

    def __init__(self, jobs: JobQueue, parent: QWidget | None = None) -> None:
        super().__init__(self.tr("Data"), jobs, parent)
        self._results: CampaignResults | None = None
        self.proceed = Button(self.tr("Continue to Loyalty"), "primary", "right", icon_after=True)
        self.proceed.clicked.connect(self._continue)
        self.add_action(self.proceed)
        self.files = FilesCard()
        self.rejects = RejectsCard()
        self.rejects.save.clicked.connect(self._ask_where)
        self.allows = AllowsCard()
        self.makers = MakersCard()
        self.loyalty: LoyaltyCard | None = None
        self._right = column(self.makers, gap=GAP)
        left = column((self.files, 3), (self.rejects, 2), self.allows, gap=GAP)
        self._sides = row((left, 52), (self._right, 48), gap=GAP)
        content = QWidget()
        content.setLayout(self._sides)
        self.scroller = FittingScroll(content)
        self.empty = EmptyState(
            "data", self.tr("No data yet"), self.tr("Open the demo or a campaign, or make a new one from your logs.")
        )
        self.body.addWidget(self.scroller, 1)
        self.body.addWidget(self.empty, 1)
        self.social: SocialTab | None = None
        self.set_campaign(None, None)

    def set_campaign(self, campaign: Campaign | None, results: CampaignResults | None) -> None:
        """Show what a campaign was made from; None shows the empty state."""
        self._results = results
        there = results is not None and bool(results.files)
        self.scroller.setVisible(there)
        self._show_social(campaign if there else None, results)
        self.empty.setVisible(not there)
        self.proceed.setVisible(there)
        if results is None or not there:
            self.set_verdict(self.tr("Nothing has been read yet."))
            return
        self.set_verdict(self._sentence(results))
        self.files.show_files(results.files)
        self.rejects.show_rejects(results.rejects, sum(file.rows for file in results.files))
        self.allows.show_allowances(allowances(results))
        self.makers.show_makers(results.makers)
        self._show_loyalty(results)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Put the cards below each other where two columns would be too narrow for their tables."""
        directions = QBoxLayout.Direction
        is_narrow = event.size().width() < ONE_COLUMN_BELOW
        self._sides.setDirection(directions.TopToBottom if is_narrow else directions.LeftToRight)
        self.files.table.set_whole(is_narrow)
        self.rejects.table.set_whole(is_narrow)
        super().resizeEvent(event)

    def _show_loyalty(self, results: CampaignResults) -> None:
        """Show the heat map; the plotting library is loaded when it is needed for the first time."""
        from gui.charts.loyalty_card import LoyaltyCard, grid_of

        if self.loyalty is None:
            self.loyalty = LoyaltyCard()
            self._right.addWidget(self.loyalty, 1)
        table = results.loyalty
        is_known = table is not None and seen_changes(table)
        self.loyalty.show_grid(grid_of(table, results.makers) if table is not None and is_known else None)

    def _show_social(self, campaign: Campaign | None, results: CampaignResults | None) -> None:
        """Offer the Social tab beside the files; it needs the plotting library too."""
        if self.social is None and campaign is not None:
            from gui.social_tab import SocialTab

            self.social = SocialTab(self, self.scroller)
        if self.social is not None:
            self.social.set_campaign(campaign, results)

    def _sentence(self, results: CampaignResults) -> str:
        rows = sum(file.rows for file in results.files)
        aside = sum(file.rejected for file in results.files)
        customers = results.customers.num_rows if results.customers is not None else 0
        lead = self.tr("{rows} rows are in, of {customers} customers.").format(
            rows=numbers.decimal(rows - aside), customers=numbers.decimal(customers)
        )
        if not aside:
            return f"{lead} {self.tr('Every row could be used.')}"
        rest = (
            self.tr("1 row was set aside, with its reason.")
            if aside == 1
            else self.tr("{rows} rows were set aside, each with its reason.").format(rows=numbers.decimal(aside))
        )
        return f"{lead} {rest}"

    @Slot()
    def _continue(self) -> None:
        self.step_wanted.emit("loyalty", "")

    @Slot()
    def _ask_where(self) -> None:
        """Ask for a file and save the rows that were set aside."""
        chosen, _ = QFileDialog.getSaveFileName(
            self, self.tr("Save the rows set aside"), "rejects.csv", self.tr("CSV files (*.csv)")
        )
        if chosen:
            self.save_rejects(Path(chosen))

    def save_rejects(self, path: Path) -> None:
        """Save the rows that were set aside, in a job; a failure is told by the window."""
        rejects = self._results.rejects if self._results is not None else None
        if rejects is None:
            return
        job = Job(self.tr("Saving the rows set aside"), lambda context: write_rejects(rejects, path))
        self.jobs.start(job, afterwards=self.tr("Rows set aside saved: {file}").format(file=path.name))
