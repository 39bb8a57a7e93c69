"""The bar at the foot of the window: what runs, how far it is, and the last thing that was done."""

from __future__ import annotations

import time

from PySide6.QtCore import QLocale, QPoint, Qt, QTime, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QFrame, QHBoxLayout, QMenu, QProgressBar, QStackedWidget, QWidget

from gui.durations import time_left, took
from gui.jobs import FinishedJob, JobQueue, Outcome
from gui.numbers import decimal
from gui.theme import JOB_BAR, Tone
from gui.widgets import Button, ElidedLabel, IconLabel, Label, row

STEPS = 1000
HISTORY_SHOWN = 12
SHORTEST = 0.05  # seconds that can be told
MARKS: dict[Outcome, tuple[str, Tone]] = {
    "done": ("check", "positive"),
    "cancelled": ("no-offer", "muted"),
    "failed": ("stop", "danger"),
}


class JobBar(QFrame):
    """Shows the queue it is given; it never takes focus away and never pops up."""

    def __init__(self, jobs: JobQueue, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("job_bar")
        self.setFixedHeight(JOB_BAR)
        self.setAccessibleName(self.tr("Work in progress"))
        self._jobs = jobs
        self._began = 0.0
        self._last_words = 0.0
        self._left = ""
        self._is_stopping = False
        self._build()
        jobs.started.connect(self._begin)
        jobs.progressed.connect(self._progress)
        jobs.ended.connect(self._end)
        jobs.changed.connect(self._refresh)
        self._refresh()

    def _build(self) -> None:
        self.name = Label("", "strong")
        self.bar = QProgressBar()
        self.bar.setRange(0, STEPS)
        self.bar.setTextVisible(False)
        self.bar.setMinimumWidth(96)
        self.bar.setMaximumWidth(280)
        self.state = ElidedLabel("", "body", "muted", tabular=True)
        self.waiting = Label("", "body", "muted", tabular=True)
        self.history_button = Button(self.tr("History"), "quiet", "history", tip=self.tr("What was done and how long"))
        self.history_button.clicked.connect(self._open_history)
        self.cancel_button = Button(self.tr("Cancel"))
        self.cancel_button.clicked.connect(self._cancel)
        self.mark = IconLabel("check", "positive", 18)
        self.idle = ElidedLabel()
        running, resting = QWidget(), QWidget()
        running.setLayout(row(self.name, (self.bar, 2), (self.state, 3), gap=14))
        resting.setLayout(row(self.mark, (self.idle, 1), gap=10))
        self._sides = QStackedWidget()
        self._sides.addWidget(resting)
        self._sides.addWidget(running)
        layout: QHBoxLayout = row(
            (self._sides, 1), self.waiting, self.history_button, self.cancel_button, gap=14, margins=(16, 0, 12, 0)
        )
        self.setLayout(layout)

    @Slot(str)
    def _begin(self, name: str) -> None:
        self._began = time.monotonic()
        self._last_words = 0.0
        self._left = ""
        self._is_stopping = False
        self.name.setText(name)
        self.bar.setValue(0)
        self.bar.setAccessibleName(name)
        self.state.set_whole("")
        self.cancel_button.setEnabled(True)
        self.cancel_button.setAccessibleName(self.tr("Cancel: {job}").format(job=name))

    @Slot(float, str)
    def _progress(self, fraction: float, message: str) -> None:
        """Move the bar; the time left changes at most once a second, so that it can be read."""
        self.bar.setValue(round(STEPS * fraction))
        if self._is_stopping:
            return
        now = time.monotonic()
        if now - self._last_words >= 1.0:
            self._left = time_left(now - self._began, fraction)
            self._last_words = now
        self.state.set_whole(", ".join(part for part in (message, self._left) if part))

    @Slot(FinishedJob)
    def _end(self, finished: FinishedJob) -> None:
        self.mark.set_icon(*MARKS[finished.outcome])
        self.idle.set_whole(self._words(finished))

    @Slot()
    def _refresh(self) -> None:
        """Show what the queue does now."""
        busy, waiting = self._jobs.is_busy, self._jobs.waiting
        self._sides.setCurrentIndex(1 if busy else 0)
        self.cancel_button.setVisible(busy)
        self.waiting.setVisible(waiting > 0)
        self.waiting.setText(self.tr("{count} more waiting").format(count=decimal(waiting)))
        self.history_button.setVisible(bool(self._jobs.history))
        self.mark.setVisible(bool(self._jobs.history))
        if not self._jobs.history:
            self.idle.set_whole(self.tr("Nothing to do. Long work shows here and can be cancelled."))

    @Slot()
    def _cancel(self) -> None:
        self._is_stopping = True
        self.cancel_button.setEnabled(False)
        self.state.set_whole(self.tr("Stopping"))
        self._jobs.cancel()

    @Slot()
    def _open_history(self) -> None:
        menu = self.history_menu()
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(self.history_button.mapToGlobal(QPoint(0, -menu.sizeHint().height() - 4)))

    def history_menu(self) -> QMenu:
        """Return the last jobs as a menu, the newest first."""
        menu = QMenu(self)
        menu.setAccessibleName(self.tr("History"))
        for finished in reversed(self._jobs.history[-HISTORY_SHOWN:]):
            ended = finished.ended_at
            clock = self.locale().toString(QTime(ended.hour, ended.minute), QLocale.FormatType.ShortFormat)
            menu.addAction(QAction(f"{clock}   {self._words(finished)}", menu))
        return menu

    def _words(self, finished: FinishedJob) -> str:
        time_taken = took(finished.seconds)
        if finished.outcome == "done" and finished.seconds < SHORTEST:
            return finished.name
        if finished.outcome == "done":
            return self.tr("{job} in {time}").format(job=finished.name, time=time_taken)
        if finished.outcome == "cancelled":
            return self.tr("{job}: cancelled after {time}").format(job=finished.name, time=time_taken)
        return self.tr("{job}: failed after {time}").format(job=finished.name, time=time_taken)
