"""Adding campaign photos and their rights: folders, tables, and what a designer sets for the selected photos."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Qt, Signal, Slot
from PySide6.QtWidgets import QFileDialog, QWidget

from engine.errors import InputError
from gui.faces_data import tr
from gui.faces_jobs import photo_import_job, rights_file_job, rights_job
from gui.photo_report import PhotoReport, refused_lines, report_lines, rights_lines

if TYPE_CHECKING:
    from engine.campaign import Campaign, InventoryFile, PhotoRights
    from engine.inventory import AppliedRights, InventoryReport
    from gui.jobs import JobQueue
    from gui.results import CampaignResults

TABLES = frozenset({".csv", ".tsv", ".xlsx", ".parquet"})


class PhotoImport(QObject):
    """``changed`` says that the inventory or its rights are others now."""

    changed = Signal()

    def __init__(self, jobs: JobQueue, page: QWidget) -> None:
        super().__init__(page)
        self._jobs = jobs
        self._page = page
        self._campaign: Campaign | None = None
        self._results: CampaignResults | None = None

    def set_campaign(self, campaign: Campaign | None, results: CampaignResults | None) -> None:
        """Add to another campaign."""
        self._campaign, self._results = campaign, results

    @Slot()
    def ask_for_folder(self) -> None:
        """Ask for a folder of photos and read it."""
        name = QFileDialog.getExistingDirectory(self._page, tr("Add campaign photos"), str(Path.home()))
        if name:
            self.take_paths([Path(name)])

    @Slot()
    def ask_for_rights(self) -> None:
        """Ask for a table of rights and read it."""
        pattern = tr("Tables") + " (*.csv *.tsv *.xlsx)"
        name, _ = QFileDialog.getOpenFileName(self._page, tr("Read rights"), str(Path.home()), pattern)
        if name:
            self.take_paths([Path(name)])

    def take_paths(self, paths: Sequence[Path]) -> None:
        """Read folders as photos and tables as rights."""
        if self._campaign is None:
            return
        folders = [path for path in paths if path.is_dir()]
        tables = [path for path in paths if path.suffix.lower() in TABLES]
        if folders:
            job = photo_import_job(self._campaign, folders)
            self._jobs.start(job, self._imported, cancelled=self._cancelled, afterwards=tr("Campaign photos added"))
        for path in tables:
            job_of_table = rights_file_job(self._campaign, path)
            self._jobs.start(job_of_table, self._applied, afterwards=tr("Rights read"))
        if not folders and not tables:
            name = paths[0].name if paths else ""
            self._jobs.failed.emit(
                InputError(tr("{name} is no folder of photos and no table of rights. Drop a folder.").format(name=name))
            )

    @Slot(object)
    def _imported(self, report: InventoryReport) -> None:
        """Say what became of the files where that is not only good."""
        if report.refused or report.copies or report.near_copies or report.gone:
            self._show(tr("What became of the photos"), report_lines(report))
        self.changed.emit()

    @Slot()
    def _cancelled(self) -> None:
        """What was read before the cancel stays."""
        self.changed.emit()

    @Slot(object)
    def _applied(self, applied: AppliedRights) -> None:
        self._show(tr("What the table of rights says"), rights_lines(applied))
        self.changed.emit()

    def show_refused(self, refused: Sequence[InventoryFile]) -> None:
        """List the files that were refused, with the reasons."""
        self._show(tr("Photos that were refused"), refused_lines(refused))

    def _show(self, title: str, lines: Sequence[tuple[str, str]]) -> None:
        report = PhotoReport(title, lines, self._page)
        report.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        report.open()

    def edit_rights(self, photos: Sequence[str], rights: Mapping[str, PhotoRights]) -> None:
        """Ask for the rights to some photos, beginning with what is on record."""
        from gui.rights_dialog import RightsDialog

        dialog = RightsDialog(photos, rights, self._page)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.told.connect(self._keep_rights)
        dialog.open()

    @Slot(list, dict)
    def _keep_rights(self, photos: list[str], changes: dict[str, Any]) -> None:
        if self._campaign is not None:
            job = rights_job(self._campaign, photos, changes)
            self._jobs.start(job, self._kept, afterwards=tr("Rights kept"))

    @Slot(object)
    def _kept(self, _: None) -> None:
        self.changed.emit()
