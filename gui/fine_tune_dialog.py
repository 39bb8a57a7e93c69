"""Fine-tuning the face network to a folder of people: what it takes, how far it is, what it is worth."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QFileDialog, QProgressBar, QWidget

from engine.job import Job, JobContext
from gui import numbers
from gui.dialog import Dialog
from gui.faces_data import tr
from gui.faces_jobs import scale_now
from gui.jobs import JobQueue, Leaving
from gui.teach_result import share_words
from gui.widgets import Button, ElidedLabel, Label, row

if TYPE_CHECKING:
    from engine.campaign import Campaign
    from engine.taste import Recognition, TrainingPhotos, TunedNetwork


@dataclass(frozen=True, eq=False)
class Tuned:
    """A fine-tuned network, and the photos it was tuned to."""

    network: TunedNetwork
    photos: TrainingPhotos


def tuning_job(folder: Path, releases: Path, on: date) -> Job[Tuned]:
    """Read the released photos of a folder of people, fine-tune to them, and try it on people left out."""

    def work(context: JobContext) -> Tuned:
        from engine.inventory import read_rights
        from engine.taste import fine_tune, read_training_photos

        records = read_rights(releases).records
        photos = read_training_photos(folder, records, on, context.part(0.0, 0.3))
        return Tuned(fine_tune(photos, context.part(0.3, 1.0)), photos)

    return Job(tr("Fine-tuning the face network"), work)


def adopting_job(campaign: Campaign, tuned: TunedNetwork, on: date) -> Job[None]:
    """Use a fine-tuned network from now on, once, however often it is adopted."""

    def adopt() -> None:
        from engine.inventory.network import networks_used
        from engine.taste import adopt_network

        present = networks_used(campaign)[-1]
        if present is None or present.sha256 != tuned.sha256:
            adopt_network(campaign, tuned)

    return _changing_job(campaign, adopt, on)


def going_back_job(campaign: Campaign, on: date) -> Job[None]:
    """Use the network that was in use before."""

    def go_back() -> None:
        from engine.taste import go_back_to_network

        go_back_to_network(campaign)

    return _changing_job(campaign, go_back, on)


def _changing_job(campaign: Campaign, change: Callable[[], None], on: date) -> Job[None]:
    """Change the network, read all faces again by it, and match everybody."""

    def work(context: JobContext) -> None:
        from engine.inventory import match_everybody

        change()
        scale = scale_now(campaign, on, context.part(0.0, 0.9))
        match_everybody(campaign, scale, on, context.part(0.9, 1.0))

    return Job(tr("Reading all faces again"), work)


@dataclass(frozen=True)
class KeptNetworks:
    """What a campaign holds of fine-tuned networks."""

    can_go_back: bool
    unused: int  # adopted once, not in use, 94 MB each
    can_fine_tune: bool  # whether this installation can make more


def networks_job(campaign: Campaign, *, removes: bool = False) -> Job[KeptNetworks]:
    """Count the networks that a campaign holds; with ``removes``, remove those that are not in use before."""

    def work(context: JobContext) -> KeptNetworks:
        from engine.taste import can_fine_tune, can_go_back_to_network, forget_network, network_in_use, network_versions

        context.check()
        with campaign.transaction():
            present = network_in_use(campaign)
            unused = [one for one in network_versions(campaign) if present is None or one.number != present.number]
            if removes:
                for one in unused:
                    forget_network(campaign, one)
                unused = []
            return KeptNetworks(can_go_back_to_network(campaign), len(unused), can_fine_tune())

    return Job(tr("Looking at the networks"), work)


class FineTuneDialog(Dialog):
    """``adopted`` says that another network reads the faces from now on."""

    adopted = Signal()

    def __init__(self, campaign: Campaign, on: date, parent: QWidget | None = None) -> None:
        super().__init__(tr("Fine-tune the face network"), parent)
        self._campaign, self._on = campaign, on
        self._is_working = False
        self._is_changing = False  # another network is in use, and no page has heard of it
        self._folder: Path | None = None
        self._releases: Path | None = None
        self.tuned: Tuned | None = None
        self._queue = JobQueue(self)
        self._queue.progressed.connect(self._progress)
        self._queue.failed.connect(self._fail)
        self._make_choice()
        self._make_result()
        self._make_buttons()
        self.setMinimumSize(600, 360)
        self.finished.connect(Leaving(self).leave)
        self._queue.start(networks_job(campaign), self._offer)

    def _make_choice(self) -> None:
        said = tr(
            "Choose a folder that holds one folder of photos for each person, two photos or more of 15 people at "
            "least, and the table of their releases. A release must cover training a network with the photos; photos "
            "without one are not opened."
        )
        self.said = Label(said, "body", "muted", wrap=True)
        self.body.addWidget(self.said)
        self.folder_name, self.releases_name = ElidedLabel(tr("No folder yet")), ElidedLabel(tr("No table yet"))
        self.choose_folder = Button(tr("Folder of people…"), "plain", "open")
        self.choose_folder.clicked.connect(self._ask_for_folder)
        self.choose_releases = Button(tr("Table of releases…"), "plain", "rights")
        self.choose_releases.clicked.connect(self._ask_for_releases)
        for button, label in ((self.choose_folder, self.folder_name), (self.choose_releases, self.releases_name)):
            button.setFixedWidth(190)
            self.body.addLayout(row(button, (label, 1), gap=12))

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
        self.back = Button(tr("Go back to the network before"), "quiet", "undo")
        self.back.clicked.connect(self._go_back)
        tip = tr("Networks that are not in use, 94 MB each; there is no way back to them then")
        self.remove = Button(tr("Remove unused"), "quiet", "bin", tip=tip)
        self.remove.clicked.connect(self._remove)
        for button in (self.back, self.remove):
            button.hide()
        self.body.addLayout(row(self.back, self.remove, None, gap=8))
        self.buttons.addStretch(1)
        for button in (self.cancel_button, self.begin, self.adopt):
            self.buttons.addWidget(button)

    @Slot()
    def _ask_for_folder(self) -> None:
        name = QFileDialog.getExistingDirectory(self, tr("Folder of people"), str(Path.home()))
        if name:
            self.take(folder=Path(name))

    @Slot()
    def _ask_for_releases(self) -> None:
        pattern = tr("Tables") + " (*.csv *.tsv *.xlsx)"
        name, _ = QFileDialog.getOpenFileName(self, tr("Table of releases"), str(Path.home()), pattern)
        if name:
            self.take(releases=Path(name))

    def take(self, folder: Path | None = None, releases: Path | None = None) -> None:
        """Take what to learn from."""
        self._folder, self._releases = folder or self._folder, releases or self._releases
        if self._folder is not None:
            self.folder_name.set_whole(self._folder.name)
        if self._releases is not None:
            self.releases_name.set_whole(self._releases.name)
        self.begin.setEnabled(self._folder is not None and self._releases is not None)

    @Slot()
    def start(self) -> None:
        """Fine-tune; Cancel stops it and leaves nothing."""
        if self._folder is not None and self._releases is not None:
            self._work(tuning_job(self._folder, self._releases, self._on), self._show)

    def _work(self, job: Job[Any], done: Callable[[Any], object]) -> None:
        self._set_working(True)
        self._queue.start(job, done, cancelled=self._stopped)

    def _set_working(self, working: bool) -> None:
        self._is_working = working
        self.bar.setVisible(working)
        self.step.setVisible(working)
        self.begin.setEnabled(not working and self._folder is not None and self._releases is not None)
        for button in (self.adopt, self.back, self.remove):
            button.setEnabled(not working)
        self.cancel_button.set_text(tr("Cancel") if working else tr("Close"))

    @Slot(float, str)
    def _progress(self, fraction: float, message: str) -> None:
        self.bar.setValue(round(1000 * fraction))
        self.step.set_whole(message)

    def reject(self) -> None:
        """Stop what runs; with nothing running, close."""
        if self._is_working:
            self._queue.cancel()
            return
        super().reject()
        if self._is_changing:
            self.adopted.emit()

    @Slot()
    def _stopped(self) -> None:
        """Go on; a network that was adopted stays in use, so the page reads the remaining faces."""
        self._set_working(False)
        if self._is_changing:
            self._done(None)

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
            self._change(adopting_job(self._campaign, self.tuned.network, self._on))

    @Slot()
    def _go_back(self) -> None:
        self._change(going_back_job(self._campaign, self._on))

    def _change(self, job: Job[None]) -> None:
        self._is_changing = True
        self._work(job, self._done)

    @Slot()
    def _remove(self) -> None:
        self._work(networks_job(self._campaign, removes=True), self._removed)

    @Slot(object)
    def _removed(self, kept: KeptNetworks) -> None:
        self._set_working(False)
        self._offer(kept)

    @Slot(object)
    def _offer(self, kept: KeptNetworks) -> None:
        """Offer the way back, and to remove what is not in use."""
        if not kept.can_fine_tune:
            self.said.setText(tr("This installation lacks PyTorch, so it can use networks but not fine-tune them."))
            for part in (self.choose_folder, self.choose_releases, self.folder_name, self.releases_name, self.begin):
                part.hide()
        self.back.setVisible(kept.can_go_back)
        self.remove.setVisible(kept.unused > 0)
        self.remove.set_text(tr("Remove {count} unused").format(count=numbers.decimal(kept.unused)))

    @Slot(object)
    def _done(self, _: None) -> None:
        self.accept()
        self.adopted.emit()

    @Slot(Exception)
    def _fail(self, error: Exception) -> None:
        self._set_working(False)
        self.result_words.setText(str(error))
        self.result_words.show()


def tuned_words(tuned: Tuned) -> str:
    """Say how a network does on people whom it did not see, beside how the one before does."""
    trial: Recognition = tuned.network.trial  # type: ignore[assignment]  # of identities: those are learnt from here
    said = tr(
        "Of 100 photos of {people} people it did not see, the most alike other one is the same person's for {after}; "
        "before for {before}."
    ).format(
        people=numbers.decimal(trial.people),
        after=share_words(trial.rank_1_after),
        before=share_words(trial.rank_1_before),
    )
    left_out = len(tuned.photos.without_release)
    parts = [said, tr("Learnt from {photos} photos of {people} people.").format(
        photos=numbers.decimal(tuned.network.photos), people=numbers.decimal(tuned.network.people))]  # fmt: skip
    if left_out:
        parts.append(tr("{count} people without a release were left out.").format(count=numbers.decimal(left_out)))
    if not tuned.network.may_be_adopted:
        parts.append(tr("It does worse than before, so it cannot be adopted."))
    return " ".join(parts)
