"""The export of customers: asks what goes out, then writes it in a job."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QObject, Slot
from PySide6.QtWidgets import QFileDialog

from engine.columns import RECOMMENDATION_COLUMNS
from engine.job import Job, JobContext
from gui import numbers
from gui.ad_saving import AdSaving
from gui.export_dialog import ADS, FORMATS, ExportDialog, Scope
from gui.save_place import save_place

if TYPE_CHECKING:
    from gui.column_store import IntArray
    from gui.jobs import JobQueue
    from gui.recommendations_data import Recommended
    from gui.recommendations_table import CustomerTable
    from gui.widgets import Page


class RecommendationsExport(QObject):
    """Exports the customers of a page: those selected, those shown, or all."""

    def __init__(self, page: Page, customers: CustomerTable, jobs: JobQueue) -> None:
        super().__init__(page)
        self._page, self._customers, self._jobs = page, customers, jobs
        self._shown: Recommended | None = None
        self._note = ""
        self.ads = AdSaving(jobs, page)
        self.dialog: ExportDialog | None = None

    def show_results(self, shown: Recommended | None) -> None:
        """Export from other results."""
        self._shown = shown
        said = () if shown is None else (f"{mark.strong} {mark.rest}" for mark in shown.marks)
        self._note = " ".join(said).strip()

    def scopes(self, *, selected_first: bool) -> tuple[Scope, ...]:
        """Return what can go out; the first is proposed."""
        assert self._shown is not None
        shown, selected = self._customers.rows, self._customers.table.selected_rows
        everybody = np.arange(len(self._shown.store), dtype=np.int64)
        filtered = self.tr("The {count} customers that search and filters show, in their order")
        found = []
        if len(shown) < len(everybody):
            found.append(Scope(filtered.format(count=numbers.decimal(len(shown))), shown))
        all_of_them = self.tr("All {count} customers").format(count=numbers.decimal(len(everybody)))
        found.append(Scope(all_of_them, everybody if found else shown))
        if len(selected) > 1:
            name = self.tr("The {count} customers that are selected").format(count=numbers.decimal(len(selected)))
            found.insert(0 if selected_first else len(found), Scope(name, selected))
        return tuple(found)

    @Slot()
    def ask(self) -> None:
        """Ask what goes out, those shown first."""
        self._ask(selected_first=False)

    @Slot()
    def ask_selected(self) -> None:
        """Ask what goes out, those selected first."""
        self._ask(selected_first=True)

    def _ask(self, *, selected_first: bool) -> None:
        if self._shown is None or not self._shown.has_customers:
            return
        self.dialog = ExportDialog(self.scopes(selected_first=selected_first), self._note, self._page)
        self.dialog.wanted.connect(self._ask_where)
        self.dialog.open()

    @Slot(object, str)
    def _ask_where(self, rows: IntArray, ending: str) -> None:
        """Ask for a file and write the rows there, or for a folder and save the ads."""
        if ending == ADS:
            import pyarrow as pa

            if self._shown is not None:
                self.ads.ask_for(self._shown.store.keys.take(pa.array(rows)), self._note)
            return
        name = next(name for name, each in FORMATS if each == ending)
        chosen, _ = QFileDialog.getSaveFileName(
            self._page, self.tr("Save {count} customers").format(count=numbers.decimal(len(rows))),
            save_place(self._page, f"recommendations{ending}"), f"{name} (*{ending})",
        )  # fmt: skip
        if chosen:
            path = Path(chosen)
            self.save(path if path.suffix.lower() == ending else path.with_name(f"{path.name}{ending}"), rows)

    def save(self, path: Path, rows: IntArray) -> None:
        """Write rows of the customers in a job, with what must be known of them; a failure is told by the window."""
        shown = self._shown
        if shown is None or not shown.has_customers or shown.results.customers is None:
            return
        table, note = shown.results.customers, self._note

        def work(context: JobContext) -> None:
            from engine.table_files import write_table_file

            names = [name for name in RECOMMENDATION_COLUMNS if name in table.column_names]
            write_table_file(table.select(names), path, rows=rows, note=note, context=context)

        said = self.tr("{count} customers saved: {file}").format(count=numbers.decimal(len(rows)), file=path.name)
        self._jobs.start(Job(self.tr("Saving recommendations"), work), afterwards=said)
