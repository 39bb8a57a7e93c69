"""The quiet screen: one face above, two below, and nothing else; keys 1 and 2 say which is more alike."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent, QMouseEvent, QResizeEvent
from PySide6.QtWidgets import QDialog, QStackedWidget, QWidget

from gui import numbers
from gui.faces_data import tr
from gui.focus_ring import tell_ring_of_tab
from gui.jobs import Leaving
from gui.photo_view import FacePhoto, FacePicture
from gui.teach_result import TeachResult
from gui.teaching import Asked, Lesson, Teacher
from gui.widgets import Button, EmptyState, Frame, Label, column, row

if TYPE_CHECKING:
    from engine.campaign import Campaign, Verdict
    from engine.faces import LikenessScale
    from engine.taste import Tally


ASPECT = 0.9  # of the pictures, width / height
AROUND = 250  # height of the screen that the pictures do not have


class _Candidate(FacePicture):
    """One of the two; a click says that it is the one."""

    clicked = Signal()

    def __init__(self, key: int) -> None:
        super().__init__()
        self._key = key
        self.setCursor(Qt.CursorShape.PointingHandCursor)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Tell of the click."""
        if event.button() == Qt.MouseButton.LeftButton:
            self.clicked.emit()


class TeachScreen(QDialog):
    """1 and 2 answer, S skips, U takes back, Esc leaves. ``adopted`` says that another ranking is in use."""

    adopted = Signal()
    in_use_wanted = Signal()
    shown = Signal()  # a question, or what was learnt

    def __init__(self, campaign: Campaign, scale: LikenessScale, on: date, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("page")
        self.setWindowTitle(tr("Teach it"))
        self.setModal(True)
        self._asked: Asked | None = None
        self.teacher = Teacher(campaign, scale, on, self)
        self.teacher.asked.connect(self._take)
        self.teacher.learnt.connect(self._take_lesson)
        self.teacher.adopted.connect(self._take_adopted)
        self.teacher.failed.connect(self._fail)
        self.learnt_view = TeachResult()
        self.learnt_view.adopt_wanted.connect(self._adopt)
        self.learnt_view.back_wanted.connect(self.teacher.go_back)
        self.learnt_view.on_wanted.connect(self._go_on)
        self.learnt_view.metric_wanted.connect(self._learn_metric)
        self.learnt_view.in_use_wanted.connect(self._show_in_use)
        self.nothing = EmptyState("check", tr("There is nothing left to ask"), tr("Add photos to go on. Esc leaves."))
        self.stack = QStackedWidget()
        for part in (self._make_question(), self.learnt_view, self.nothing):
            self.stack.addWidget(part)
        self.setLayout(column((self.stack, 1), margins=(32, 24, 32, 20)))
        self.finished.connect(self._let_go)
        self.teacher.begin()

    def _make_question(self) -> QWidget:
        self.probe = FacePicture(frame="accent")
        self.candidates = (_Candidate(1), _Candidate(2))
        self.candidates[0].clicked.connect(self.choose_first)
        self.candidates[1].clicked.connect(self.choose_second)
        self.words = Label(tr("Which is more like?"), "title", align=Qt.AlignmentFlag.AlignHCenter)
        self.count = Label("", "body", "muted", tabular=True)
        self.learn = Button(tr("What was learnt"), "quiet", "right", icon_after=True)
        self.learn.clicked.connect(self._learn)
        self.learn.hide()
        self.keys = Label(
            tr("1 and 2 choose, S skips, U takes back, Esc leaves"), "caption", "muted",
            align=Qt.AlignmentFlag.AlignHCenter,
        )  # fmt: skip
        self.learn.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        pair = []
        for number, candidate in enumerate(self.candidates, start=1):
            digit = Label(str(number), "section", "muted", tabular=True, align=Qt.AlignmentFlag.AlignHCenter)
            pair.append(Frame(column(candidate, digit, gap=4), "clear"))
        head = row(self.count, None, self.learn)
        below = row(None, *pair, None, gap=32)
        self.wrong = Label("", "body", "danger", wrap=True, align=Qt.AlignmentFlag.AlignHCenter)
        above = row(None, self.probe, None)
        return Frame(column(head, None, above, self.words, below, self.keys, self.wrong, None, gap=12), "clear")

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Show all three faces in one size, as large as they can be."""
        super().resizeEvent(event)
        height = max(140, (event.size().height() - AROUND) // 2)
        width = min(round(height * ASPECT), (event.size().width() - 120) // 2)
        for picture in (self.probe, *self.candidates):
            picture.setFixedSize(width, height)

    def open_over(self, window: QWidget) -> None:
        """Open in the place of a window."""
        self.setGeometry(window.geometry())
        self.open()

    @property
    def asked(self) -> Asked | None:
        """The question that is asked now."""
        return self._asked

    @Slot(object)
    def _take(self, asked: Asked) -> None:
        """Show a question."""
        self._asked = asked
        self.wrong.clear()
        self.count.setText(_counted(asked.tally))
        self.learn.setVisible(asked.tally.can_learn_weights)
        if asked.question is None:
            self.stack.setCurrentWidget(self.nothing)
        else:
            photos = [photo for photo in (asked.probe, asked.a, asked.b) if photo is not None]
            self._show(self.probe, photos[0], photos, tr("The face to compare with"))
            for number, candidate in enumerate(self.candidates, start=1):
                self._show(candidate, photos[number], photos, tr("Face {number}").format(number=number))
            if self.stack.currentWidget() is not self.learnt_view:
                self.stack.setCurrentIndex(0)
        self.setFocus()
        self.shown.emit()

    def _show(self, picture: FacePicture, photo: FacePhoto, together: list[FacePhoto], name: str) -> None:
        picture.show_face(photo, [other for other in together if other is not photo], name=name)

    # answering

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Answer, skip, take back; Esc leaves."""
        asking = self.stack.currentIndex() == 0
        acts = {
            Qt.Key.Key_1: self.choose_first,
            Qt.Key.Key_2: self.choose_second,
            Qt.Key.Key_S: self.skip,
            Qt.Key.Key_U: self.undo,
        }
        act = acts.get(Qt.Key(event.key()))
        if act is not None and asking:
            act()
        elif event.key() not in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            super().keyPressEvent(event)

    @Slot()
    def choose_first(self) -> None:
        """Say that the first is more alike."""
        self._answer("a")

    @Slot()
    def choose_second(self) -> None:
        """Say that the second is more alike."""
        self._answer("b")

    def skip(self) -> None:
        """Leave the question open."""
        self._answer("skip")

    def undo(self) -> None:
        """Take the last answer back."""
        if not self.teacher.is_busy:
            self.teacher.undo()

    def _answer(self, chosen: Verdict) -> None:
        """Keep an answer; a key that comes before the next faces are seen is not meant for them."""
        if self._asked is not None and self._asked.question is not None and not self.teacher.is_busy:
            self.teacher.answer(self._asked.question, chosen)

    def focusNextPrevChild(self, forward: bool) -> bool:
        """Show the ring when somebody goes on by Tab."""
        before = self.focusWidget()
        moved = super().focusNextPrevChild(forward)
        tell_ring_of_tab(self, before)
        return moved

    # what was learnt

    @Slot()
    def _learn(self) -> None:
        self.learn.setEnabled(False)
        self.teacher.learn("weights")

    @Slot()
    def _learn_metric(self) -> None:
        self.teacher.learn("metric")

    @Slot(object)
    def _take_lesson(self, lesson: Lesson) -> None:
        self.learn.setEnabled(True)
        can_learn_metric = self._asked is not None and self._asked.tally.can_learn_metric
        self.learnt_view.show_lesson(lesson, can_learn_metric=can_learn_metric)
        self.stack.setCurrentWidget(self.learnt_view)
        self.shown.emit()

    @Slot()
    def _show_in_use(self) -> None:
        """Leave the screen for what is in use, and the face network."""
        self.accept()
        self.in_use_wanted.emit()

    @Slot()
    def _adopt(self) -> None:
        if self.learnt_view.lesson is not None:
            self.teacher.adopt(self.learnt_view.lesson.learnt)

    @Slot(object)
    def _take_adopted(self, _: object) -> None:
        self.adopted.emit()
        self.accept()

    @Slot()
    def _go_on(self) -> None:
        self.stack.setCurrentIndex(0)
        self.setFocus()

    @Slot(Exception)
    def _fail(self, error: Exception) -> None:
        self.learn.setEnabled(True)
        self.wrong.setText(str(error))

    def reject(self) -> None:
        """Leave; not while a ranking is being put in use, so that the page hears of it."""
        if not self.teacher.is_adopting:
            super().reject()

    @Slot()
    def _let_go(self) -> None:
        """Let go of the faces, and go."""
        for picture in (self.probe, *self.candidates):
            picture.clear()
        Leaving(self).leave()


def _counted(tally: Tally) -> str:
    """Say how many answers there are, and how many more are needed."""
    count = numbers.decimal(tally.answered)
    if tally.can_learn_weights:
        return tr("{count} answers").format(count=count)
    needed = numbers.decimal(tally.for_weights)
    return tr("{count} answers; from {needed} on there is something to learn").format(count=count, needed=needed)
