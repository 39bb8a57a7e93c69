"""What is in use of all that was learnt: the ranking and the face network, each with its way back."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QFileDialog, QGridLayout, QWidget

from engine.faces.embedder import DEFAULT, EmbedderName
from gui import numbers
from gui.dialog import Dialog
from gui.faces_data import tr
from gui.fine_tuning_jobs import InUse, embedder_job, going_back_job, in_use_job, ranking_back_job
from gui.jobs import JobQueue, Leaving
from gui.widgets import Button, Label, column, row

if TYPE_CHECKING:
    from engine.campaign import Campaign
    from engine.job import Job


OTHER: EmbedderName = "facenet-vggface2"


class InUseDialog(Dialog):
    """``adopted`` says that something else ranks from now on, ``network_changed`` that another network reads the faces.

    ``tuning_wanted`` asks for the fine-tuning.
    """

    adopted = Signal()
    network_changed = Signal()
    tuning_wanted = Signal()

    def __init__(self, campaign: Campaign, parent: QWidget | None = None) -> None:
        super().__init__(tr("What is in use"), parent)
        self._campaign = campaign
        self._can_tune = self._has_other_weights = False
        self._queue = JobQueue(self)
        self._queue.failed.connect(self._fail)
        self.ranking, self.network = Label("", wrap=True), Label("", wrap=True)
        self.ranking_back = Button(tr("Go back to what ranked before"), "plain", "undo")
        self.ranking_back.clicked.connect(self._go_back)
        self.network_back = Button(tr("Go back to the network before"), "plain", "undo")
        self.network_back.clicked.connect(self._go_back_to_network)
        tip = tr("Networks that are not in use, 94 MB each; there is no way back to them then")
        self.remove = Button(tr("Remove unused"), "plain", "bin", tip=tip)
        self.remove.clicked.connect(self._remove)
        tip = tr("FaceNet trained on VGGFace2, from the file of its weights that facenet-pytorch publishes")
        self.weights = Button(tr("Other weights…"), "plain", "open", tip=tip)
        self.weights.clicked.connect(self._ask_for_weights)
        self.own_weights = Button(tr("The weights that came along"), "plain", "undo")
        self.own_weights.clicked.connect(self._use_own_weights)
        self.tune = Button(tr("Fine-tune…"), "plain", "settings")
        self.tune.clicked.connect(self._ask_for_tuning)
        grid = QGridLayout()
        grid.setHorizontalSpacing(16)
        grid.setVerticalSpacing(16)
        grid.setColumnStretch(1, 1)
        back = row(self.network_back, self.own_weights, None, gap=8)
        others = row(self.weights, self.tune, self.remove, None, gap=8)
        lines = (
            (tr("Ranking"), self.ranking, row(self.ranking_back, None)),
            (tr("Face network"), self.network, column(back, others, gap=8)),
        )
        for place, (word, says, buttons) in enumerate(lines):
            grid.addWidget(Label(word, "body", "muted"), place, 0, Qt.AlignmentFlag.AlignTop)
            grid.addLayout(column(says, buttons, gap=8), place, 1)
        self.body.addLayout(grid)
        self.body.addSpacing(8)
        said = tr("After a change of network all faces are read again in the background; until then none are compared.")
        self.body.addWidget(Label(said, "caption", "muted", wrap=True))
        self.wrong = Label("", "body", "danger", wrap=True)
        self.wrong.hide()
        self.body.addWidget(self.wrong)
        self.body.addStretch(1)
        self.cancel_button = Button(tr("Close"))
        self.cancel_button.clicked.connect(self.reject)
        self.buttons.addStretch(1)
        self.buttons.addWidget(self.cancel_button)
        for button in (self.ranking_back, *self._of_network()):
            button.hide()
        self.setMinimumWidth(680)
        self.finished.connect(Leaving(self).leave)
        self._queue.start(in_use_job(campaign), self._show)

    @Slot(object)
    def _show(self, found: InUse) -> None:
        """Say what is in use, and offer the ways back that there are."""
        self.ranking.setText(_ranking_words(found))
        self.network.setText(_network_words(found))
        self.ranking_back.setVisible(found.can_go_back)
        self.network_back.setVisible(found.can_go_back_to_network)
        is_own = found.embedder == DEFAULT
        self.weights.setVisible(is_own)
        self.own_weights.setVisible(not is_own)
        self.remove.setVisible(found.unused > 0)
        self.remove.set_text(tr("Remove {count} unused").format(count=numbers.decimal(found.unused)))
        self.tune.show()
        self._can_tune, self._has_other_weights = found.can_fine_tune, found.has_other_weights
        self.tune.setEnabled(found.can_fine_tune)
        lacks = tr("This installation lacks PyTorch, so it can use networks but not fine-tune them.")
        self.tune.setToolTip("" if found.can_fine_tune else lacks)
        self._say("" if found.can_fine_tune else lacks)
        self.adjustSize()

    def _say(self, words: str) -> None:
        self.wrong.setText(words)
        self.wrong.setVisible(bool(words))

    @Slot()
    def _go_back(self) -> None:
        self._change(ranking_back_job(self._campaign), self._ranks_again)

    @Slot()
    def _go_back_to_network(self) -> None:
        self._change(going_back_job(self._campaign), self._reads_again)

    @Slot()
    def _ask_for_weights(self) -> None:
        """Use the other network at once where it was prepared before, else ask for its weights."""
        if self._has_other_weights:
            self._change(embedder_job(self._campaign, OTHER), self._reads_again)
            return
        pattern = tr("Weights") + " (*.pt)"
        name, _ = QFileDialog.getOpenFileName(self, tr("Weights of FaceNet on VGGFace2"), str(Path.home()), pattern)
        if name:
            self.use_weights(Path(name))

    def use_weights(self, weights: Path) -> None:
        """Read the faces by FaceNet with the weights of a file, which is compared with the published one."""
        self._say("")
        self._change(embedder_job(self._campaign, OTHER, weights), self._reads_again)

    @Slot()
    def _use_own_weights(self) -> None:
        self._change(embedder_job(self._campaign, DEFAULT), self._reads_again)

    def _of_network(self) -> tuple[Button, ...]:
        return self.network_back, self.own_weights, self.weights, self.remove, self.tune

    def _change(self, job: Job[None], done: Callable[[None], None]) -> None:
        self._enable(False)
        self._queue.start(job, done, lasting=True)

    def _enable(self, enabled: bool, /) -> None:
        for button in (self.ranking_back, *self._of_network(), self.cancel_button):
            button.setEnabled(enabled)
        self.tune.setEnabled(enabled and self._can_tune)

    @Slot(object)
    def _ranks_again(self, _: None) -> None:
        self.accept()
        self.adopted.emit()

    @Slot(object)
    def _reads_again(self, _: None) -> None:
        self.accept()
        self.network_changed.emit()

    @Slot()
    def _remove(self) -> None:
        self._queue.start(in_use_job(self._campaign, removes=True), self._show)

    @Slot()
    def _ask_for_tuning(self) -> None:
        self.accept()
        self.tuning_wanted.emit()

    def reject(self) -> None:
        """Close; not while something is put in use, so that the page hears of it."""
        if not self._queue.is_keeping:
            super().reject()

    @Slot(Exception)
    def _fail(self, error: Exception) -> None:
        self._enable(True)
        self._say(str(error))


def _ranking_words(found: InUse) -> str:
    if found.learnt is None or found.learnt_at is None:
        return tr("The sliders as you set them.")
    said = tr("Weights learnt from your answers, adopted on {day}.")
    if found.learnt == "metric":
        said = tr("A metric learnt from your answers, adopted on {day}.")
    return said.format(day=numbers.long_date(found.learnt_at.date()))


def _network_words(found: InUse) -> str:
    if found.network is None:
        return tr("FaceNet as it came.") if found.embedder == DEFAULT else tr("FaceNet trained on VGGFace2.")
    said = tr("FaceNet fine-tuned to {photos} photos, adopted on {day}.")
    return said.format(
        photos=numbers.decimal(found.network.photos), day=numbers.long_date(found.network.made_at.date())
    )
