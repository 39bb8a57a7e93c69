"""The teaching behind the quiet screen: questions with their pictures, answers, and what they teach; in a thread."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Literal

from PySide6.QtCore import QObject, Signal, Slot

from engine.job import Job, JobContext
from gui.faces_data import tr
from gui.jobs import JobQueue
from gui.photo_view import FacePhoto, decode

if TYPE_CHECKING:
    from engine.campaign import Campaign, Verdict
    from engine.faces import LikenessScale
    from engine.inventory import MatchWeights
    from engine.taste import Learnt, Question, Tally, Teaching

What = Literal["weights", "metric"]


@dataclass(frozen=True, eq=False)
class Asked:
    """A question with its three pictures; without one there is nothing left to ask about."""

    tally: Tally
    question: Question | None = None
    probe: FacePhoto | None = None
    a: FacePhoto | None = None
    b: FacePhoto | None = None


@dataclass(frozen=True, eq=False)
class Lesson:
    """What was learnt, and whether there is a way back from what is in use."""

    learnt: Learnt
    can_go_back: bool


class Teacher(QObject):
    """Asks one question after another; each call ends in ``asked``, ``learnt``, ``adopted`` or ``failed``."""

    asked = Signal(object)  # Asked
    learnt = Signal(object)  # Lesson
    adopted = Signal(object)  # MatchWeights
    failed = Signal(Exception)

    def __init__(self, campaign: Campaign, scale: LikenessScale, on: date, parent: QObject) -> None:
        super().__init__(parent)
        self._campaign, self._scale, self._on = campaign, scale, on
        self._teaching: Teaching | None = None
        self._is_adopting = False
        self._queue = JobQueue(self)
        self._queue.failed.connect(self.failed)

    @property
    def is_busy(self) -> bool:
        """Whether an answer is being kept or a question looked for."""
        return self._queue.is_busy

    @property
    def is_adopting(self) -> bool:
        """Whether another ranking is being put in use."""
        return self._is_adopting

    def begin(self) -> None:
        """Read the faces and ask the first question."""
        self._start(lambda teaching: None)

    def answer(self, question: Question, chosen: Verdict) -> None:
        """Keep an answer and ask the next question."""
        self._start(lambda teaching: teaching.answer(question, chosen))

    def undo(self) -> None:
        """Take the last answer back and ask it again."""
        self._start(lambda teaching: teaching.undo())

    def _start(self, act: Callable[[Teaching], object]) -> None:
        campaign = self._campaign

        def work(context: JobContext) -> Asked:
            teaching = self._opened(context)
            act(teaching)
            question, tally = teaching.question(), teaching.tally
            if question is None:
                return Asked(tally)
            photos = [decode(campaign.photo(key)) for key in (question.probe, question.a, question.b)]
            return Asked(tally, question, *photos)

        self._queue.start(Job(tr("Asking"), work), self._tell, lasting=True)

    def _opened(self, context: JobContext) -> Teaching:
        from engine.taste import Teaching

        if self._teaching is None:
            self._teaching = Teaching(self._campaign, self._scale, self._on, context)
        return self._teaching

    @Slot(object)
    def _tell(self, asked: Asked) -> None:
        self.asked.emit(asked)

    def learn(self, what: What = "weights") -> None:
        """Learn from the answers, and try it on people left out."""
        campaign, scale = self._campaign, self._scale

        def work(context: JobContext) -> Lesson:
            from engine.taste import can_go_back, learn_metric_of, learn_weights_of

            learn = learn_weights_of if what == "weights" else learn_metric_of
            return Lesson(learn(campaign, scale, context), can_go_back(campaign))

        self._queue.start(Job(tr("Learning"), work), self._tell_lesson)

    @Slot(object)
    def _tell_lesson(self, lesson: Lesson) -> None:
        self.learnt.emit(lesson)

    def adopt(self, learnt: Learnt) -> None:
        """Rank by what was learnt from now on."""
        campaign = self._campaign

        def work(context: JobContext) -> MatchWeights:
            from engine.taste import adopt

            context.check()
            return adopt(campaign, learnt).weights

        self._put_in_use(Job(tr("Adopting"), work))

    def go_back(self) -> None:
        """Rank by what was in use before."""
        campaign = self._campaign

        def work(context: JobContext) -> MatchWeights:
            from engine.taste import go_back

            context.check()
            return go_back(campaign).weights

        self._put_in_use(Job(tr("Going back"), work))

    def _put_in_use(self, job: Job[MatchWeights]) -> None:
        self._is_adopting = True
        self._queue.start(job, self._tell_adopted, failed=self._tell_not_adopted, lasting=True)

    @Slot(Exception)
    def _tell_not_adopted(self, error: Exception) -> None:
        self._is_adopting = False
        self.failed.emit(error)

    @Slot(object)
    def _tell_adopted(self, weights: MatchWeights) -> None:
        self._is_adopting = False
        self.adopted.emit(weights)
