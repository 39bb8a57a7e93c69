"""Opens campaigns, and closes those that were left once no job can be using them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, Signal, Slot
from PySide6.QtWidgets import QFileDialog, QWidget

from engine.errors import RejectsError, WrongPassphraseError
from gui.errors import ErrorReporter
from gui.jobs import JobQueue
from gui.openings import SUFFIX, NewCampaign, Opened, demo_job, demo_path, file_job, new_campaign_job, reading_job

if TYPE_CHECKING:
    from engine.campaign import Campaign
    from engine.job import Job
    from gui.new_campaign_dialog import NewCampaignDialog
    from gui.passphrase_dialog import PassphraseDialog

    Opening = tuple[Job[Opened], str, Callable[[Exception], None] | None, Callable[[], None] | None]


class CampaignDesk(QObject):
    """Holds the one campaign that is open. Every opening is a job of the window's queue.

    ``opened`` carries a campaign that took the place of the one before, ``read_again`` the same one after a page
    changed it; ``rested`` says that nothing runs in the window any more and nothing waits to be closed.
    """

    opened = Signal(object)
    read_again = Signal(object)
    rested = Signal()

    def __init__(self, jobs: JobQueue, errors: ErrorReporter, window: QWidget) -> None:
        super().__init__(window)
        self.campaign: Campaign | None = None
        self._jobs = jobs
        self._errors = errors
        self._window = window
        self._left_behind: list[Campaign] = []
        self._next: Opening | None = None
        self._new: NewCampaignDialog | None = None
        self._wanted: NewCampaign | None = None
        self._dialog: PassphraseDialog | None = None
        jobs.emptied.connect(self._work_ended)

    # opening

    def open_demo(self) -> None:
        """Open the demo campaign, made first if it is not there yet."""
        if self._is_open(demo_path()) or (self._jobs.is_busy and self.campaign is None):
            return
        self._open_by(demo_job(), self.tr("Demo opened"))

    def choose_file(self) -> None:
        """Ask for a campaign file and open it."""
        pattern = self.tr("Semblance campaigns") + f" (*{SUFFIX})"
        name, _ = QFileDialog.getOpenFileName(self._window, self.tr("Open a campaign"), str(Path.home()), pattern)
        if name:
            self.open_file(Path(name))

    def open_file(self, path: Path, passphrase: str = "") -> None:
        """Open a campaign file; without its passphrase, ask for it. One that is open already stays as it is."""
        if self._is_open(path):
            return
        if passphrase:
            self._open_by(file_job(path, passphrase), self._opened_words(path))
            return
        from gui.passphrase_dialog import PassphraseDialog

        dialog = PassphraseDialog(path, self._window)
        dialog.given.connect(self._try_passphrase)
        dialog.finished.connect(self._passphrase_closed)
        self._dialog = dialog
        dialog.open()

    def new_campaign_from(self, paths: list[Path]) -> None:
        """Ask what a new campaign is made from, beginning with files that were dropped, and make it."""
        from gui.new_campaign_dialog import NewCampaignDialog

        self._drop_new()
        self._new = dialog = NewCampaignDialog(self._window)
        dialog.wanted.connect(self._make_campaign)
        dialog.rejected.connect(self._drop_new)
        dialog.take_paths(paths)
        dialog.open()

    @Slot()
    def _drop_new(self) -> None:
        """Let go of what was given for a campaign that is made, or not wanted any more."""
        if self._new is not None:
            self._new.deleteLater()
            self._new = None

    @Slot(object)
    def _make_campaign(self, new: NewCampaign) -> None:
        """Make a campaign; what was given for it stays until it is made."""
        self._wanted = new
        self._open_by(new_campaign_job(new), self.tr("{name} made").format(name=new.inputs.name), self._not_made,
                      self._ask_again)  # fmt: skip

    @Slot(Exception)
    def _not_made(self, error: Exception) -> None:
        """Ask whether to go on without the rows that cannot be used; any other failure leads back to the dialog."""
        if isinstance(error, RejectsError):
            from gui.rejects_dialog import RejectsDialog

            question = RejectsDialog(error, self._jobs, self._window)
            question.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
            question.accepted.connect(self._go_on_without)
            question.rejected.connect(self._ask_again)
            question.open()
            return
        self._ask_again()
        if self._new is not None:
            self._new.tell(error)
        else:
            self._errors.show(error)

    @Slot()
    def _go_on_without(self) -> None:
        if self._wanted is not None:
            self._make_campaign(replace(self._wanted, inputs=replace(self._wanted.inputs, accept_rejects=True)))

    @Slot()
    def _ask_again(self) -> None:
        """Show the dialog again as it was left."""
        if self._new is not None:
            self._new.open()

    def _open_by(
        self,
        job: Job[Opened],
        afterwards: str,
        failed: Callable[[Exception], None] | None = None,
        cancelled: Callable[[], None] | None = None,
    ) -> None:
        """Start an opening, after the files of campaigns just closed are free."""
        if self._left_behind:
            self._next = (job, afterwards, failed, cancelled)
        else:
            self._jobs.start(job, self._take, failed=failed, cancelled=cancelled, afterwards=afterwards)

    def _is_open(self, path: Path) -> bool:
        return self.campaign is not None and self.campaign.path.resolve() == path.resolve()

    def _opened_words(self, path: Path) -> str:
        return self.tr("{file} opened").format(file=path.name)

    @Slot(str)
    def _try_passphrase(self, passphrase: str) -> None:
        dialog = self._dialog
        if dialog is not None:
            self._jobs.start(
                file_job(dialog.path, passphrase), self._take, failed=self._not_opened, cancelled=dialog.reject,
                afterwards=self._opened_words(dialog.path),
            )  # fmt: skip

    @Slot(Exception)
    def _not_opened(self, error: Exception) -> None:
        """Ask again where the passphrase was wrong; otherwise show the error."""
        dialog = self._dialog
        if isinstance(error, WrongPassphraseError) and dialog is not None:
            dialog.set_wrong(str(error))
            return
        if dialog is not None:
            dialog.reject()
        self._errors.show(error)

    @Slot()
    def _passphrase_closed(self) -> None:
        if self._dialog is not None:
            self._dialog.deleteLater()
            self._dialog = None

    @Slot(object)
    def _take(self, opened: Opened) -> None:
        """Put a campaign that a job has opened in the place of the one before."""
        if self._dialog is not None:
            self._dialog.accept()
        if self._wanted is not None and opened.campaign.path == self._wanted.path:
            self._wanted = None
            self._drop_new()
        before, self.campaign = self.campaign, opened.campaign
        if before is not None and before is not opened.campaign:
            self._let_go(before)
        self.opened.emit(opened)

    @Slot()
    def read(self) -> None:
        """Read the open campaign anew because a page changed it; a cancel begins again: no page may show the past."""
        if self.campaign is not None:
            self._jobs.start(reading_job(self.campaign), self._read, cancelled=self.read, noted=False)

    @Slot(object)
    def _read(self, opened: Opened) -> None:
        if opened.campaign is self.campaign:
            self.read_again.emit(opened)

    # closing

    def close(self) -> None:
        """Give up what runs and close the campaign as soon as no job can be using it."""
        if self.campaign is not None:
            self._jobs.drop_all()
            before, self.campaign = self.campaign, None
            self._let_go(before)

    def close_now(self) -> None:
        """Close the campaign; nothing may be using it any more."""
        if self.campaign is not None:
            self.campaign.close()
            self.campaign = None

    def stop(self) -> bool:
        """Ask all work to stop; return whether none runs any more. ``rested`` comes when it has."""
        for queue in self._queues():
            queue.stop()
        self._wait_for_work()
        return not self._is_busy()

    def _let_go(self, campaign: Campaign) -> None:
        self._left_behind.append(campaign)
        self._wait_for_work()
        if not self._is_busy():
            self._work_ended()

    def _wait_for_work(self) -> None:
        for queue in self._queues():
            queue.emptied.connect(self._work_ended, Qt.ConnectionType.UniqueConnection)

    @Slot()
    def _work_ended(self) -> None:
        if self._is_busy():
            return
        while self._left_behind:
            self._left_behind.pop().close()
        if self._next is not None:
            opening, self._next = self._next, None
            self._open_by(*opening)
        self.rested.emit()

    def _queues(self) -> list[JobQueue]:
        return self._window.findChildren(JobQueue)

    def _is_busy(self) -> bool:
        return any(queue.is_busy for queue in self._queues())
