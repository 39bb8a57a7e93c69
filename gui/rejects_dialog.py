"""Asks whether to go on where much of a file cannot be used."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QFileDialog, QWidget

from engine.errors import RejectsError
from engine.logs.reader import MOST_SET_ASIDE
from gui import numbers
from gui.data_cards import RejectsCard, reject_reasons
from gui.data_jobs import saving_rejects_job
from gui.dialog import Dialog
from gui.jobs import JobQueue
from gui.save_place import save_place
from gui.widgets import Button, IconLabel, Label, row


class RejectsDialog(Dialog):
    """Accepted means: go on without these rows; ``jobs`` saves their list."""

    def __init__(self, error: RejectsError, jobs: JobQueue, parent: QWidget | None = None) -> None:
        super().__init__("", parent)
        self.setWindowTitle(self.tr("Many rows cannot be used"))
        self.heading.setText(self.tr("Many rows cannot be used"))
        self.setMinimumWidth(600)
        self._rejects = error.rejects
        self._jobs = jobs
        for sentence in self._sentences(error):
            self.body.addLayout(row(IconLabel("warning", "warning", 20), (Label(sentence, wrap=True), 1), gap=10))
        self.rows = RejectsCard()
        self.rows.show_rejects(error.rejects, sum(file.rows for file in error.files))
        self.rows.save.clicked.connect(self._ask_where)
        self.rows.setMinimumHeight(240)
        self.rows.hide()
        self.body.addWidget(self.rows, 1)
        self.look_button = Button(self.tr("Look at the rows"), "plain", "down")
        self.look_button.clicked.connect(self._look)
        self.cancel_button = Button(self.tr("Cancel"))
        self.cancel_button.clicked.connect(self.reject)
        self.go_on_button = Button(self.tr("Go on without them"), "primary")
        self.go_on_button.clicked.connect(self.accept)
        self.buttons.addWidget(self.look_button)
        self.buttons.addStretch(1)
        self.buttons.addWidget(self.cancel_button)
        self.buttons.addWidget(self.go_on_button)
        self.cancel_button.setFocus()

    def _sentences(self, error: RejectsError) -> list[str]:
        """Return one sentence for each file that lost too much."""
        import pyarrow.compute as pc

        found = []
        for file in error.files:
            if file.rejected > MOST_SET_ASIDE * file.rows:
                of_file = error.rejects.filter(pc.equal(error.rejects["file"], file.file))
                found.append(
                    self.tr("Of {file}, {share} of the rows cannot be used, most because: {reason}.").format(
                        file=file.file,
                        share=numbers.percent(file.rejected / file.rows, 0),
                        reason=reject_reasons(of_file)[0].reason.lower(),
                    )
                )
        return found

    @Slot()
    def _look(self) -> None:
        shown = not self.rows.isVisible()
        self.rows.setVisible(shown)
        self.look_button.set_text(self.tr("Hide the rows") if shown else self.tr("Look at the rows"))
        self.look_button.set_icon("up" if shown else "down")
        self.resize(max(self.width(), 860) if shown else 600, self.sizeHint().height())

    @Slot()
    def _ask_where(self) -> None:
        """Ask for a file and save the rows that were set aside."""
        name, _ = QFileDialog.getSaveFileName(
            self, self.tr("Save the rows set aside"), save_place(self, "rejects.csv"), self.tr("CSV files (*.csv)")
        )
        if name:
            saved = self.tr("Rows set aside saved: {file}").format(file=Path(name).name)
            self._jobs.start(saving_rejects_job(self._rejects, Path(name)), afterwards=saved)
