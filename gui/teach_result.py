"""What the teaching taught: how often each ranking meets the answers, with likely ranges; adopted by the designer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QGridLayout, QSizePolicy, QWidget

from gui import numbers
from gui.faces_data import tr
from gui.teaching import Lesson
from gui.theme import Tone, look, theme
from gui.widgets import Button, Card, Flow, Label, column, row

if TYPE_CHECKING:
    from engine.taste import Evaluation, Interval

LOWEST = 0.4  # share at the left end; guessing meets a half


class ShareInterval(QWidget):
    """A share of the answers as dot and pale bar, on the scale of the others; the dashed line is guessing."""

    def __init__(self) -> None:
        super().__init__()
        self._tone: Tone = "muted"
        self._interval: Interval | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        look().changed.connect(self.update)

    def show_interval(self, interval: Interval | None, tone: Tone = "muted") -> None:
        """Show a share."""
        self._interval, self._tone = interval, tone
        self.update()

    def sizeHint(self) -> QSize:
        """Take the width there is."""
        return QSize(240, 24)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint line, bar and dot."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        middle = self.height() / 2

        def x(share: float) -> float:
            return 6 + (self.width() - 12) * (min(1.0, max(LOWEST, share)) - LOWEST) / (1 - LOWEST)

        painter.setPen(QPen(theme().colour("border"), 1, Qt.PenStyle.DashLine))
        painter.drawLine(round(x(0.5)), 0, round(x(0.5)), self.height())
        if self._interval is None:
            return
        colour = theme().colour(self._tone)
        pale = theme().colour(self._tone)
        pale.setAlphaF(0.3)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(pale)
        low, high = x(self._interval.low), x(self._interval.high)
        painter.drawRoundedRect(QRectF(low, middle - 4, max(2.0, high - low), 8), 4, 4)
        painter.setBrush(colour)
        painter.drawEllipse(QRectF(x(self._interval.estimate) - 5, middle - 5, 10, 10))


class TeachResult(QWidget):
    """``adopt_wanted``, ``back_wanted``, ``on_wanted`` and ``metric_wanted`` are its buttons."""

    adopt_wanted = Signal()
    back_wanted = Signal()
    on_wanted = Signal()
    metric_wanted = Signal()
    in_use_wanted = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.lesson: Lesson | None = None
        self.verdict = Label("", "title", wrap=True)
        self.sentence = Label("", "lead", "muted", wrap=True)
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        self.intervals = tuple(ShareInterval() for _ in range(3))
        self.names = tuple(Label("", wrap=True) for _ in range(3))
        self.figures = tuple(Label("", tabular=True, align=right) for _ in range(3))
        grid = QGridLayout()
        grid.setHorizontalSpacing(16)
        grid.setVerticalSpacing(8)
        grid.setColumnStretch(1, 1)
        for line, parts in enumerate(zip(self.names, self.intervals, self.figures, strict=True)):
            for place, part in enumerate(parts):
                grid.addWidget(part, line, place)
        self.card = Card(tr("Of 100 answers about people left out of the learning"))
        self.card.body.addLayout(grid)
        self.weights = Label("", wrap=True)
        self.adopt = Button(tr("Adopt"), "primary", "check")
        self.adopt.clicked.connect(self.adopt_wanted)
        self.go_on = Button(tr("Go on teaching"))
        self.go_on.clicked.connect(self.on_wanted)
        self.back = Button(tr("Go back to what was in use before"), "quiet", "undo")
        self.back.clicked.connect(self.back_wanted)
        self.from_faces = Button(tr("Learn from the faces themselves"), "quiet", "face")
        self.from_faces.setToolTip(tr("With a thousand answers and more: which traits of a face count"))
        self.from_faces.clicked.connect(self.metric_wanted)
        self.in_use = Button(tr("What is in use…"), "quiet", "check")
        self.in_use.setToolTip(tr("What was adopted, with the way back; fine-tuning the face network"))
        self.in_use.clicked.connect(self.in_use_wanted)
        buttons = Flow(self.adopt, self.go_on, self.back, self.from_faces, self.in_use)
        inner = QWidget()
        inner.setMaximumWidth(720)
        inner.setLayout(column(self.verdict, self.sentence, 8, self.card, self.weights, 8, buttons, gap=8))
        self.setLayout(column(None, row(None, (inner, 8), None), None))

    def show_lesson(self, lesson: Lesson, *, can_learn_metric: bool) -> None:
        """Say what was learnt, and what it is worth."""
        self.lesson = lesson
        found = lesson.learnt.evaluation
        self.verdict.setText(_verdict(found))
        self.sentence.setText(_sentence(found))
        most = None if found.ceiling is None else found.ceiling.at_most
        lines = (
            (tr("What was learnt"), found.learnt),
            (tr("The face alone"), found.plain),
            (tr("The most that your own repeats allow"), most),
        )
        for (name, interval), label, bar, figure in zip(lines, self.names, self.intervals, self.figures, strict=True):
            label.setText(name)
            is_found = interval is found.learnt and found.difference == "clearly better"
            bar.show_interval(interval, "accent" if is_found else "muted")
            figure.setText(tr("not known yet") if interval is None else share_words(interval))
            figure.setToolTip(tr("95 % confidence interval"))
            bar.setAccessibleName(f"{name}: {figure.text()}")
        weights = lesson.learnt.weights
        said = tr("Learnt weights: face {face}, age {age}, hair {hair}.")
        shares = {"face": weights.face, "age": weights.age, "hair": weights.hair}
        self.weights.setText(said.format(**{name: numbers.percent(share, 0) for name, share in shares.items()}))
        self.adopt.setVisible(lesson.learnt.is_offered)
        self.go_on.set_kind("plain" if lesson.learnt.is_offered else "primary")
        self.back.setVisible(lesson.can_go_back)
        self.from_faces.setVisible(can_learn_metric and lesson.learnt.kind == "weights")


def share_words(interval: Interval) -> str:
    """Write a share of 100 with its likely range: "84, likely 77 to 89"."""
    share = numbers.points(interval.estimate, 0, signed=False)
    return tr("{share}, likely {low} to {high}").format(
        share=share,
        low=numbers.points(interval.low, 0, signed=False),
        high=numbers.points(interval.high, 0, signed=False),
    )


def _verdict(found: Evaluation) -> str:
    words = {
        "clearly better": tr("It has learnt what you mean."),
        "no clear difference": tr("No clear difference yet."),
        "clearly worse": tr("What was learnt is worse than the face alone."),
    }
    return words[found.difference]


def _sentence(found: Evaluation) -> str:
    gain = found.gain
    points = tr("Of 100 answers it meets {gain} more than the face alone does, likely {low} to {high}.").format(
        gain=numbers.points(gain.estimate, 0),
        low=numbers.points(gain.low, 0),
        high=numbers.points(gain.high, 0),
    )
    behind = tr("From {answers} answers about {people} people.").format(
        answers=numbers.decimal(found.judgements), people=numbers.decimal(found.people)
    )
    after = "" if found.difference == "clearly better" else tr("Answer more, and look again.")
    return " ".join(part for part in (points, behind, after) if part)
