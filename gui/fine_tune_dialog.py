"""Fine-tuning the face network, to a folder of people or to answers: what it takes, how far it is, what it is worth."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QFileDialog, QProgressBar, QStackedWidget, QWidget

from gui import numbers
from gui.dialog import Dialog
from gui.faces_data import tr
from gui.fine_tuning_jobs import (
    Fewest,
    Tuned,
    adopting_job,
    answers_job,
    tuned_words,
    tuning_to_answers_job,
    tuning_to_people_job,
)
from gui.jobs import JobQueue, Leaving
from gui.widgets import Button, ElidedLabel, Label, Segments, column, row

if TYPE_CHECKING:
    from engine.campaign import Campaign
    from engine.job import Job

PEOPLE, ANSWERS = range(2)
LABEL_WIDTH = 190


class FineTuneDialog(Dialog):
    """``network_changed`` says that another network is in use, and the faces are to be read again."""

    network_changed = Signal()

    def __init__(self, campaign: Campaign, on: date, parent: QWidget | None = None) -> None:
        super().__init__(tr("Fine-tune the face network"), parent)
        self._campaign, self._on = campaign, on
        self._is_working = False
        self._folder: Path | None = None
        self._releases: Path | None = None
        self._answers: Path | None = None
        self._found: Fewest | None = None
        self.tuned: Tuned | None = None
        self._queue = JobQueue(self)
        self._queue.progressed.connect(self._progress)
        self._queue.failed.connect(self._fail)
        self.ways = Segments([tr("People in folders"), tr("Answers")], name=tr("Learn from"))
        self.ways.chosen.connect(self._choose_way)
        self.stack = QStackedWidget()
        for way in (self._make_people(), self._make_answers()):
            self.stack.addWidget(way)
        self.body.addLayout(row(Label(tr("Learn from"), "body", "muted"), self.ways, None, gap=12))
        self.body.addSpacing(4)
        self.body.addWidget(self.stack)
        self._make_result()
        self._make_buttons()
        self.setMinimumSize(640, 420)
        self.finished.connect(Leaving(self).leave)
        self._queue.start(answers_job(campaign, on), self._take_answers)

    def _make_people(self) -> QWidget:
        said = tr(
            "Who is who. Sensible where your photos are unlike ordinary ones (one camera, one light, one style) and "
            "you have many people twice. Choose a folder with one folder of photos for each person, two photos or more "
            "of 15 people at least, and the table of their releases. A release must cover training a network with the "
            "photos; photos without one are not opened."
        )
        self.folder_name, self.releases_name = ElidedLabel(tr("No folder yet")), ElidedLabel(tr("No table yet"))
        self.choose_folder = Button(tr("Folder of people…"), "plain", "open")
        self.choose_folder.clicked.connect(self._ask_for_folder)
        self.choose_releases = Button(tr("Table of releases…"), "plain", "rights")
        self.choose_releases.clicked.connect(self._ask_for_releases)
        lines = []
        for button, label in ((self.choose_folder, self.folder_name), (self.choose_releases, self.releases_name)):
            button.setFixedWidth(LABEL_WIDTH)
            lines.append(row(button, (label, 1), gap=12))
        return _filled(column(Label(said, "body", "muted", wrap=True), 4, *lines, None, gap=8))

    def _make_answers(self) -> QWidget:
        said = tr(
            "What is alike. Sensible where you have answered much, and weights and metric still miss what you see: "
            "then the network itself learns your eye. It takes 1,000 answers about campaign photos with a release; "
            "answers about customers are never learnt from. A table of answers has the columns face, nearer and "
            "farther, and names three campaign photos in each row."
        )
        self.answers_name = ElidedLabel("")
        self.choose_answers = Button(tr("Table of answers…"), "plain", "open")
        self.choose_answers.setFixedWidth(LABEL_WIDTH)
        self.choose_answers.clicked.connect(self._ask_for_answers)
        line = row(self.choose_answers, (self.answers_name, 1), gap=12)
        return _filled(column(Label(said, "body", "muted", wrap=True), 4, line, None, gap=8))

    def _make_result(self) -> None:
        self.bar = QProgressBar()
        self.bar.setRange(0, 1000)
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName(tr("Progress"))
        self.step = ElidedLabel("", "caption", "muted")
        self.result_words = Label("", wrap=True)
        for part in (self.bar, self.step, self.result_words):
            part.hide()
            self.body.addWidget(part)
        self.body.addStretch(1)

    def _make_buttons(self) -> None:
        self.cancel_button = Button(tr("Close"))
        self.cancel_button.clicked.connect(self.reject)
        self.begin = Button(tr("Fine-tune"), "primary", "play")
        self.begin.clicked.connect(self.start)
        self.begin.setEnabled(False)
        self.adopt = Button(tr("Adopt"), "primary", "check")
        self.adopt.clicked.connect(self._adopt)
        self.adopt.hide()
        self.buttons.addStretch(1)
        for button in (self.cancel_button, self.begin, self.adopt):
            self.buttons.addWidget(button)

    # what to learn from

    @Slot()
    def _ask_for_folder(self) -> None:
        name = QFileDialog.getExistingDirectory(self, tr("Folder of people"), str(Path.home()))
        if name:
            self.take(folder=Path(name))

    @Slot()
    def _ask_for_releases(self) -> None:
        name = self._ask_for_table(tr("Table of releases"))
        if name:
            self.take(releases=Path(name))

    @Slot()
    def _ask_for_answers(self) -> None:
        name = self._ask_for_table(tr("Table of answers"))
        if name:
            self.take(answers=Path(name))

    def _ask_for_table(self, title: str) -> str:
        pattern = tr("Tables") + " (*.csv *.tsv *.xlsx)"
        return QFileDialog.getOpenFileName(self, title, str(Path.home()), pattern)[0]

    def take(self, folder: Path | None = None, releases: Path | None = None, answers: Path | None = None) -> None:
        """Take what to learn from."""
        self._folder, self._releases = folder or self._folder, releases or self._releases
        self._answers = answers or self._answers
        if self._folder is not None:
            self.folder_name.set_whole(self._folder.name)
        if self._releases is not None:
            self.releases_name.set_whole(self._releases.name)
        if self._answers is not None:
            self.answers_name.set_whole(self._answers.name)
        self._begin_anew()

    @Slot(int)
    def _choose_way(self, way: int) -> None:
        self.stack.setCurrentIndex(way)
        self._begin_anew()

    @Slot(object)
    def _take_answers(self, found: Fewest) -> None:
        """Say how many answers of the campaign can be learnt from."""
        self._found = found
        if self._answers is None:
            said = tr("Or your own: {count} answers, {needed} needed")
            self.answers_name.set_whole(
                said.format(count=numbers.decimal(found.answers), needed=numbers.decimal(found.needed))
            )
        self._enable()

    def _begin_anew(self) -> None:
        """Let go of a network that was made of something else."""
        self.tuned = None
        self.result_words.hide()
        self.adopt.hide()
        self.begin.show()
        self._enable()

    @property
    def _can_begin(self) -> bool:
        if self.ways.selected == PEOPLE:
            return self._folder is not None and self._releases is not None
        found = self._found
        return self._answers is not None or (found is not None and found.answers >= found.needed)

    def _enable(self) -> None:
        self.begin.setEnabled(not self._is_working and self._can_begin)
        for place in (PEOPLE, ANSWERS):
            self.ways.button(place).setEnabled(not self._is_working)
        for button in (self.choose_folder, self.choose_releases, self.choose_answers, self.adopt):
            button.setEnabled(not self._is_working)

    # learning

    @Slot()
    def start(self) -> None:
        """Fine-tune; Cancel stops it and leaves nothing."""
        if not self._can_begin:
            return
        if self.ways.selected == ANSWERS:
            job = tuning_to_answers_job(self._campaign, self._answers, self._on)
        else:
            assert self._folder is not None and self._releases is not None
            job = tuning_to_people_job(self._campaign, self._folder, self._releases, self._on)
        self._work(job, self._show)

    def _work(self, job: Job[Any], done: Callable[[Any], object]) -> None:
        self._set_working(True)
        self.result_words.hide()
        self._queue.start(job, done, cancelled=self._stopped)

    def _set_working(self, working: bool) -> None:
        self._is_working = working
        self.bar.setVisible(working)
        self.step.setVisible(working)
        self.cancel_button.set_text(tr("Cancel") if working else tr("Close"))
        self._enable()

    @Slot(float, str)
    def _progress(self, fraction: float, message: str) -> None:
        self.bar.setValue(round(1000 * fraction))
        self.step.set_whole(message)

    def reject(self) -> None:
        """Stop what runs; with nothing running, close."""
        if self._is_working:
            self._queue.cancel()
        else:
            super().reject()

    @Slot()
    def _stopped(self) -> None:
        self._set_working(False)

    @Slot(object)
    def _show(self, tuned: Tuned) -> None:
        """Say what it is worth; it can be adopted where it does no worse than before."""
        self._set_working(False)
        self.tuned = tuned
        self.result_words.setText(tuned_words(tuned))
        self.result_words.show()
        allowed = tuned.network.may_be_adopted
        self.adopt.setVisible(allowed)
        self.begin.setVisible(not allowed)

    @Slot()
    def _adopt(self) -> None:
        if self.tuned is not None:
            self._work(adopting_job(self._campaign, self.tuned.network), self._done)

    @Slot(object)
    def _done(self, _: None) -> None:
        self.accept()
        self.network_changed.emit()

    @Slot(Exception)
    def _fail(self, error: Exception) -> None:
        self._set_working(False)
        self.result_words.setText(str(error))
        self.result_words.show()


def _filled(layout: Any) -> QWidget:
    widget = QWidget()
    widget.setLayout(layout)
    return widget
