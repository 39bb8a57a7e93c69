"""The Data page: what was read, what was set aside and why, and who uses which phone."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QFileDialog, QWidget

from engine.errors import RejectsError
from gui import numbers
from gui.data_cards import AllowsCard, FilesCard, MakersCard, RejectsCard, allowances
from gui.data_jobs import keeping_job, reading_again_job, saving_rejects_job
from gui.data_origin import DataOrigin
from gui.fitting_scroll import FittingScroll
from gui.results import CampaignResults, seen_changes
from gui.save_place import save_place
from gui.theme import GAP
from gui.widgets import Button, EmptyState, Notice, Page, column, plain, row

if TYPE_CHECKING:
    from engine.campaign import Campaign
    from engine.read_again import ReadAgain
    from gui.charts.loyalty_card import LoyaltyCard
    from gui.handsets_tab import HandsetsTab
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
        self._campaign: Campaign | None = None
        self._is_reading = False
        self.read_again_button = Button(self.tr("Read again"), icon_name="undo")
        self.read_again_button.clicked.connect(self._read_again)
        self.out_of_date = Notice("warning", "warning", "", self.read_again_button)
        self.lost = Notice("warning", "warning")
        self.lost.hide()
        self.files = FilesCard()
        self.files.read_again.clicked.connect(self._read_again)
        self.files.keep.clicked.connect(self._keep_or_forget)
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
        for notice in (self.out_of_date, self.lost):
            self.body.addWidget(notice)
        for part in (self.scroller, self.empty):
            self.body.addWidget(part, 1)
        self.handsets: HandsetsTab | None = None
        self.social: SocialTab | None = None
        self.set_campaign(None, None)

    def set_campaign(self, campaign: Campaign | None, results: CampaignResults | None) -> None:
        """Show what a campaign was made from; None shows the empty state."""
        if campaign is not self._campaign:
            self._set_reading(False)
            self.lost.hide()
        self._campaign, self._results = campaign, results
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
        self.scroller.set_long(is_narrow)
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
        """Offer the other tabs beside the files; the social web needs the plotting library too."""
        if self.social is None and campaign is not None:
            from gui.handsets_tab import HandsetsTab
            from gui.social_tab import SocialTab

            self.handsets = HandsetsTab(self.jobs)
            self.handsets.named.connect(self._named)
            self.body.addWidget(self.handsets, 1)
            parts = {self.tr("Files"): self.scroller, self.tr("Handsets"): self.handsets}
            self.social = SocialTab(self, parts)
        self._show_origin(results.origin if results is not None else None)
        if self.handsets is not None:
            self.handsets.hide()
        if self.social is not None:
            self.social.set_campaign(campaign, results)

    def _show_origin(self, origin: DataOrigin | None) -> None:
        """Say how the files were read, what is kept, and what was named since."""
        if origin is None:
            self.out_of_date.hide()
            return
        is_demo = self._campaign is not None and self._campaign.is_demo
        self.files.show_origin(origin, is_demo=is_demo)
        makers = [share.maker for share in self._results.makers] if self._results is not None else []
        if self.handsets is not None:
            self.handsets.show_origin(self._campaign, origin, makers)
        self._tell_out_of_date(origin)

    def _tell_out_of_date(self, origin: DataOrigin) -> None:
        count = origin.new_names
        said = self.tr("Made before 1 name of a handset was changed.") if count == 1 else self.tr(
            "Made before {count} names of handsets were changed.").format(count=numbers.decimal(count))  # fmt: skip
        self.out_of_date.set_notice("warning", "warning", plain(said))
        self.out_of_date.setVisible(bool(count))
        self.read_again_button.setVisible(origin.can_read_again)
        self.files.read_again.setVisible(origin.can_read_again and not count)

    @Slot(object)
    def _named(self, origin: DataOrigin) -> None:
        """Take note of names that were given on the page."""
        if self._results is not None:
            self._results = replace(self._results, origin=origin)
        self._tell_out_of_date(origin)

    # reading again

    @Slot()
    def _read_again(self) -> None:
        self.read_again()

    def read_again(self, *, accept_rejects: bool = False) -> None:
        """Make all results again, in a job; what a person did in the campaign stays."""
        if self._campaign is None or self._is_reading:
            return
        self._set_reading(True)
        self.lost.hide()
        job = reading_again_job(self._campaign, accept_rejects=accept_rejects)
        self.jobs.start(job, self._was_read, failed=self._not_read, cancelled=self._stopped_reading,
                        afterwards=self.tr("{name} read again").format(name=self._campaign.name))  # fmt: skip

    def _set_reading(self, is_reading: bool) -> None:
        self._is_reading = is_reading
        for button in (self.read_again_button, self.files.read_again, self.files.keep):
            button.setEnabled(not is_reading)

    @Slot(object)
    def _was_read(self, again: ReadAgain) -> None:
        self._set_reading(False)
        sentences = []
        if again.choice_is_gone:
            sentences.append(self.tr("The one offer for all is not in the catalogue any more: offers are open again."))
        if again.contacts_gone:
            sentences.append(self.tr("{count} chosen contacts are not in their customer's circle any more.").format(
                count=numbers.decimal(again.contacts_gone)))  # fmt: skip
        self.lost.set_notice("warning", "warning", plain(" ".join(sentences)))
        self.lost.setVisible(bool(sentences))
        self.changed.emit()

    @Slot()
    def _stopped_reading(self) -> None:
        self._set_reading(False)

    @Slot(Exception)
    def _not_read(self, error: Exception) -> None:
        """Ask whether to go on without the rows that cannot be used; tell any other failure."""
        self._set_reading(False)
        if not isinstance(error, RejectsError):
            self.jobs.failed.emit(error)
            return
        from gui.rejects_dialog import RejectsDialog

        question = RejectsDialog(error, self.jobs, self.window())
        question.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        question.accepted.connect(self._read_without)
        question.open()

    @Slot()
    def _read_without(self) -> None:
        self.read_again(accept_rejects=True)

    @Slot()
    def _keep_or_forget(self) -> None:
        """Keep the clean tables from the next reading on, or forget those that are kept."""
        if self._campaign is not None and self._results is not None:
            is_wanted = not self._results.origin.keeps_tables
            said = self.tr("Clean tables are kept from the next reading on") if is_wanted else self.tr(
                "Clean tables forgotten")  # fmt: skip
            self.jobs.start(keeping_job(self._campaign, is_wanted=is_wanted), self._kept, afterwards=said)

    @Slot(object)
    def _kept(self, _nothing: None) -> None:
        self.changed.emit()

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
            self, self.tr("Save the rows set aside"), save_place(self, "rejects.csv"), self.tr("CSV files (*.csv)")
        )
        if chosen:
            self.save_rejects(Path(chosen))

    def save_rejects(self, path: Path) -> None:
        """Save the rows that were set aside, in a job; a failure is told by the window."""
        rejects = self._results.rejects if self._results is not None else None
        if rejects is None:
            return
        self.jobs.start(
            saving_rejects_job(rejects, path), afterwards=self.tr("Rows set aside saved: {file}").format(file=path.name)
        )
