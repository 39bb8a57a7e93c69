"""Asks what a new campaign is made from: first the logs and what is in them, then photos, place and passphrase."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Signal, Slot
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QStackedWidget, QWidget

from gui.campaign_files import CampaignFiles, Sorted, sorting_job
from gui.campaign_form import CampaignForm
from gui.dialog import Dialog
from gui.errors import explain
from gui.import_view import ImportView
from gui.widgets import Button, ElidedLabel, Notice, plain


class NewCampaignDialog(Dialog):
    """Two steps: the logs, then all else. ``wanted`` carries a NewCampaign once everything is right."""

    wanted = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("", parent)
        self.setWindowTitle(self.tr("New campaign"))
        self.setAcceptDrops(True)
        room = self.screen().availableGeometry() if parent is None else parent.window().geometry()
        self.resize(min(1320, room.width() - 24), min(860, room.height() - 24))
        self.files = CampaignFiles()
        self.logs = ImportView()
        self.form = CampaignForm(self.files)
        self.steps = QStackedWidget()
        self.steps.addWidget(self.logs)
        self.steps.addWidget(self.form)
        self.body.addWidget(self.steps, 1)
        self.wrong = Notice("danger", "stop", "")
        self.wrong.hide()
        self.body.addWidget(self.wrong)
        self._add_buttons()
        self.logs.changed.connect(self._show_state)
        self.logs.failed.connect(self.tell)
        self.form.changed.connect(self._show_state)
        self._show_step(0)

    def _add_buttons(self) -> None:
        self.summary = ElidedLabel("", "body", "muted")
        cancel = Button(self.tr("Cancel"))
        cancel.clicked.connect(self.reject)
        self.back_button = Button(self.tr("Back"), "plain", "left")
        self.back_button.clicked.connect(self._back)
        self.go_on_button = Button(self.tr("Continue"), "primary", "right", icon_after=True)
        self.go_on_button.clicked.connect(self._go_on)
        self.make_button = Button(self.tr("Make the campaign"), "primary", "play")
        self.make_button.clicked.connect(self._make)
        self.buttons.addWidget(self.summary, 1)
        for button in (cancel, self.back_button, self.go_on_button, self.make_button):
            self.buttons.addWidget(button)

    def take_paths(self, paths: list[Path]) -> None:
        """Find out what files, folders and archives hold; folders of photos go to their place."""
        self.logs.jobs.start(sorting_job(paths, self.files.places), self._take_sorted)
        self._show_state()

    @Slot(object)
    def _take_sorted(self, found: Sorted) -> None:
        """Put folders of photos into their places and look at the rest."""
        for part, place in found.places.items():
            if self.files.places.get(part) != place:
                self.form.take_place(part, place)
        self.logs.take_paths(found.others)
        self._show_state()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Take files and folders."""
        if event.mimeData().hasUrls():
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Sort what was dropped."""
        event.acceptProposedAction()
        self.take_paths([Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()])

    @Slot(Exception)
    def tell(self, error: Exception) -> None:
        """Say in place what went wrong."""
        explained = explain(error)
        self.wrong.set_notice("danger", "stop", plain(f"{explained.happened} {explained.advice}"))
        self.wrong.show()

    def done(self, result: int) -> None:
        """Stop looking at files before going."""
        self.logs.give_up()
        self.form.jobs.drop_all()
        super().done(result)

    def _show_step(self, step: int) -> None:
        titles = (self.tr("New campaign: the files"), self.tr("New campaign: photos and where to save"))
        self.heading.setText(titles[step])
        self.steps.setCurrentIndex(step)
        self.back_button.setVisible(step == 1)
        self.go_on_button.setVisible(step == 0)
        self.make_button.setVisible(step == 1)
        (self.make_button if step else self.go_on_button).setDefault(True)
        self._show_state()

    @Slot()
    def _show_state(self) -> None:
        """Say what is still to do."""
        if self.steps.currentIndex() == 0:
            hindrance = self.logs.hindrance()
            self.go_on_button.setEnabled(not hindrance)
            self.go_on_button.setAccessibleDescription(hindrance)
            self.go_on_button.setToolTip(hindrance)
            self.summary.set_whole(hindrance)
            self.summary.set_tone("muted")
            return
        problems = self.form.show_all()
        count = len(problems) if self.form.asked else 0
        self.summary.set_whole(self.tr("Still to do: {count}").format(count=count) if count else "")
        self.summary.set_tone("danger")

    @Slot()
    def _back(self) -> None:
        self._show_step(0)

    @Slot()
    def _go_on(self) -> None:
        self.wrong.hide()
        self._show_step(1)
        self.form.pickers["inventory"].setFocus()

    @Slot()
    def _make(self) -> None:
        self.form.asked = True
        self.wrong.hide()
        self._show_state()
        if not self.files.problems():
            self.accept()
            self.wanted.emit(self.files.campaign(self.logs.plan))
        else:
            self.form.go_to_first_problem()
