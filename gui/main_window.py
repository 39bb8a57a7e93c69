"""The window: the start page or an open campaign, the job bar below, and the keys."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QAction, QActionGroup, QCloseEvent, QDragEnterEvent, QDropEvent, QKeySequence
from PySide6.QtWidgets import QFileDialog, QMainWindow, QStackedWidget, QWidget

from engine.command_line import DEMO_PASSPHRASE
from engine.errors import WrongPassphraseError
from gui.errors import ErrorReporter
from gui.focus_ring import tell_ring_of_tab
from gui.icons import mark_icon
from gui.job_bar import JobBar
from gui.jobs import JobQueue
from gui.openings import (
    SUFFIX,
    NewCampaign,
    Opened,
    copy_job,
    demo_job,
    demo_path,
    file_job,
    new_campaign_job,
    reading_job,
    recent_of,
)  # fmt: skip
from gui.settings import Recent, Settings
from gui.start_page import StartPage
from gui.steps import StepKey, steps
from gui.widgets import column
from gui.workspace import Workspace

if TYPE_CHECKING:
    from engine.campaign import Campaign
    from engine.job import Job
    from gui.passphrase_dialog import PassphraseDialog

MINIMUM = (1024, 640)
FIRST_SIZE = (1440, 900)


class MainWindow(QMainWindow):
    """Opens and closes campaigns and shows them; everything slow is a job of its queue."""

    def __init__(self, settings: Settings) -> None:
        super().__init__()
        self.settings = settings
        self.setObjectName("window")
        self.setMinimumSize(*MINIMUM)
        self.resize(*FIRST_SIZE)
        self.setAcceptDrops(True)
        self.setWindowIcon(mark_icon())
        self.campaign: Campaign | None = None
        self._left_behind: list[Campaign] = []
        self._next_opening: tuple[Job[Opened], str] | None = None
        self._passphrase_dialog: PassphraseDialog | None = None
        self._first_step: StepKey = "data"
        self.jobs = JobQueue(self)
        self.errors = ErrorReporter(self)
        self.start_page = StartPage()
        self.workspace = Workspace(self.jobs)
        self.job_bar = JobBar(self.jobs)
        self.sides = QStackedWidget()
        self.sides.addWidget(self.start_page)
        self.sides.addWidget(self.workspace)
        central = QWidget()
        central.setLayout(column((self.sides, 1), self.job_bar, gap=0))
        self.setCentralWidget(central)
        self._connect()
        self._add_keys()
        if settings.geometry is not None:
            self.restoreGeometry(settings.geometry)
        self._show_start()

    def _connect(self) -> None:
        self.jobs.failed.connect(self.errors.show)
        self.jobs.changed.connect(self._show_work)
        self.jobs.emptied.connect(self._work_ended)
        self.start_page.demo_wanted.connect(self.open_demo)
        self.start_page.new_wanted.connect(self.new_campaign)
        self.start_page.open_wanted.connect(self.choose_file)
        self.start_page.recent_wanted.connect(self._open_recent)
        self.workspace.pitch_wanted.connect(self.open_pitch)
        self.workspace.campaign_changed.connect(self._read_again)
        rail = self.workspace.rail
        rail.settings_wanted.connect(self.open_settings)
        rail.help_wanted.connect(self.open_help)
        rail.new_wanted.connect(self.new_campaign)
        rail.open_wanted.connect(self.choose_file)
        rail.copy_wanted.connect(self.save_copy)
        rail.close_wanted.connect(self.close_campaign)

    def _add_keys(self) -> None:
        group = QActionGroup(self)
        for number, step in enumerate(steps(), start=1):
            action = QAction(step.name, group)
            action.setShortcut(QKeySequence(f"Ctrl+{number}"))
            action.setData(step.key)
            self.addAction(action)
        group.triggered.connect(self._step_key)
        for keys, slot in (
            ("Ctrl+N", self.new_campaign),
            ("Ctrl+O", self.choose_file),
            ("Ctrl+W", self.close_campaign),
            ("Ctrl+,", self.open_settings),
            ("Ctrl+Q", self.close),
            ("F1", self.open_help),
            ("F11", self.open_pitch),
            ("Esc", self.go_back),
        ):
            action = QAction(self)
            action.setShortcut(QKeySequence(keys))
            action.triggered.connect(slot)
            self.addAction(action)

    # opening

    @Slot()
    def open_demo(self) -> None:
        """Open the demo campaign, made first if it is not there yet."""
        if self._is_open(demo_path()) or (self.jobs.is_busy and self.campaign is None):
            return
        self._open_by(demo_job(), self.tr("Demo opened"))

    @Slot()
    def choose_file(self) -> None:
        """Ask for a campaign file and open it."""
        pattern = self.tr("Semblance campaigns") + f" (*{SUFFIX})"
        name, _ = QFileDialog.getOpenFileName(self, self.tr("Open a campaign"), str(Path.home()), pattern)
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

        dialog = PassphraseDialog(path, self)
        dialog.given.connect(self._try_passphrase)
        dialog.finished.connect(self._passphrase_closed)
        self._passphrase_dialog = dialog
        dialog.open()

    @Slot()
    def new_campaign(self) -> None:
        """Ask what a new campaign is made from, and make it."""
        self.new_campaign_from([])

    def new_campaign_from(self, paths: list[Path]) -> None:
        """Open the dialog for a new campaign with files that were dropped."""
        from gui.new_campaign_dialog import NewCampaignDialog

        dialog = NewCampaignDialog(self)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.wanted.connect(self._make_campaign)
        dialog.take_paths(paths)
        dialog.open()

    @Slot(object)
    def _make_campaign(self, new: NewCampaign) -> None:
        self._open_by(new_campaign_job(new), self.tr("{name} made").format(name=new.name))

    @Slot(Recent)
    def _open_recent(self, recent: Recent) -> None:
        path = Path(recent.path)
        self.open_file(path, DEMO_PASSPHRASE if path == demo_path() else "")

    def _open_by(self, job: Job[Opened], afterwards: str) -> None:
        """Start an opening, after the files of campaigns just closed are free."""
        if self._left_behind:
            self._next_opening = (job, afterwards)
        else:
            self.jobs.start(job, self._opened, afterwards=afterwards)

    def _is_open(self, path: Path) -> bool:
        return self.campaign is not None and self.campaign.path.resolve() == path.resolve()

    def _opened_words(self, path: Path) -> str:
        return self.tr("{file} opened").format(file=path.name)

    @Slot(str)
    def _try_passphrase(self, passphrase: str) -> None:
        dialog = self._passphrase_dialog
        if dialog is not None:
            self.jobs.start(
                file_job(dialog.path, passphrase), self._opened, failed=self._not_opened, cancelled=dialog.reject,
                afterwards=self._opened_words(dialog.path),
            )  # fmt: skip

    @Slot(Exception)
    def _not_opened(self, error: Exception) -> None:
        """Ask again where the passphrase was wrong; otherwise show the error."""
        dialog = self._passphrase_dialog
        if isinstance(error, WrongPassphraseError) and dialog is not None:
            dialog.set_wrong(str(error))
            return
        if dialog is not None:
            dialog.reject()
        self.errors.show(error)

    @Slot()
    def _passphrase_closed(self) -> None:
        if self._passphrase_dialog is not None:
            self._passphrase_dialog.deleteLater()
            self._passphrase_dialog = None

    @Slot(object)
    def _opened(self, opened: Opened) -> None:
        """Show a campaign that a job has opened, in the place of the one before."""
        if self._passphrase_dialog is not None:
            self._passphrase_dialog.accept()
        if self.campaign is not None and self.campaign is not opened.campaign:
            self._let_go(self.campaign)
        self.campaign = opened.campaign
        self.settings.remember(recent_of(opened))
        self._entitle()
        self.workspace.set_campaign(opened.campaign, opened.results)
        self.sides.setCurrentWidget(self.workspace)
        if self.workspace.step is None:
            self.workspace.show_step(self._first_step)
        self._show_work()

    @Slot()
    def _read_again(self) -> None:
        """Read the open campaign anew because a page changed it."""
        if self.campaign is not None:
            self.jobs.start(reading_job(self.campaign), self._read, noted=False)

    @Slot(object)
    def _read(self, opened: Opened) -> None:
        if opened.campaign is self.campaign:
            self.workspace.set_campaign(opened.campaign, opened.results)

    # closing

    @Slot()
    def close_campaign(self) -> None:
        """Close the campaign and return to the start page."""
        if self.campaign is None:
            return
        self.jobs.drop_all()
        self.workspace.set_campaign(None, None)
        self._let_go(self.campaign)
        self.campaign = None
        self._show_start()

    def _let_go(self, campaign: Campaign) -> None:
        """Close a campaign file as soon as no job can be using it."""
        self._left_behind.append(campaign)
        for queue in self._queues():
            queue.emptied.connect(self._work_ended, Qt.ConnectionType.UniqueConnection)
        if not self._queues_busy():
            self._work_ended()

    @Slot()
    def _work_ended(self) -> None:
        if self._queues_busy():
            return
        while self._left_behind:
            self._left_behind.pop().close()
        if self._next_opening is not None:
            (job, afterwards), self._next_opening = self._next_opening, None
            self._open_by(job, afterwards)
        if self.is_closing:
            self.close()

    @property
    def is_closing(self) -> bool:
        """Whether the window waits for jobs to stop before it goes."""
        return bool(self.property("closing"))

    def closeEvent(self, event: QCloseEvent) -> None:
        """Ask all jobs to stop, wait for them with the window alive, then go."""
        self.settings.geometry = self.saveGeometry()
        self.setProperty("closing", True)
        for queue in self._queues():
            queue.stop()
            queue.emptied.connect(self._work_ended, Qt.ConnectionType.UniqueConnection)
        if self._queues_busy():
            self.setEnabled(False)
            self.setWindowTitle(self.tr("Stopping") + " - Semblance")
            event.ignore()
            return
        if self.campaign is not None:
            self.workspace.set_campaign(None, None)
            self.campaign.close()
            self.campaign = None
        event.accept()

    def _queues(self) -> list[JobQueue]:
        return self.findChildren(JobQueue)

    def _queues_busy(self) -> bool:
        return any(queue.is_busy for queue in self._queues())

    # showing

    def _show_start(self) -> None:
        self.start_page.set_recents(self.settings.recents)
        self.sides.setCurrentWidget(self.start_page)
        self._entitle()
        self._show_work()

    def _entitle(self) -> None:
        name = "" if self.campaign is None else f"{self.campaign.name} - "
        demo = self.tr("demo, simulated data") if self.campaign is not None and self.campaign.is_demo else ""
        self.setWindowTitle(f"{name}Semblance" + (f" ({demo})" if demo else ""))

    @Slot()
    def _show_work(self) -> None:
        """Keep the job bar in sight with a campaign, and on the start page only while something runs."""
        self.job_bar.setVisible(self.campaign is not None or self.jobs.is_busy)
        self.start_page.set_busy(self.campaign is None and self.jobs.is_busy)

    @Slot(QAction)
    def _step_key(self, action: QAction) -> None:
        if self.campaign is not None:
            self.workspace.show_step(action.data())

    @Slot()
    def go_back(self) -> None:
        """Return to the step before."""
        if self.campaign is not None:
            self.workspace.back()

    @Slot()
    def open_pitch(self) -> None:
        """Show the customers that have a look-alike on the full screen."""
        if self.campaign is not None:
            self.workspace.open_pitch()

    @Slot()
    def open_settings(self) -> None:
        """Open the settings."""
        from gui.settings_dialog import SettingsDialog

        dialog = SettingsDialog(self.settings, self)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.open()

    @Slot()
    def open_help(self) -> None:
        """Open the list of keys, places and licences."""
        from gui.help_dialog import HelpDialog

        dialog = HelpDialog(self.settings, self)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.open()

    @Slot()
    def save_copy(self) -> None:
        """Copy the campaign file, with all that was done so far."""
        if self.campaign is None:
            return
        suggested = self.campaign.path.with_stem(self.campaign.path.stem + "-copy")
        name, _ = QFileDialog.getSaveFileName(
            self,
            self.tr("Save a copy"),
            str(suggested),
            f"(*{SUFFIX})",
            options=QFileDialog.Option.DontConfirmOverwrite,
        )
        if name:
            self.jobs.start(copy_job(self.campaign, Path(name)), afterwards=self.tr("Copy saved"))

    # keys and drops

    def focusNextPrevChild(self, forward: bool) -> bool:
        """Show the ring when somebody goes on by Tab."""
        before = self.focusWidget()
        moved = super().focusNextPrevChild(forward)
        tell_ring_of_tab(self, before)
        return moved

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Take files."""
        if event.mimeData().hasUrls():
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Open a campaign file; on the start page begin a campaign with files; else hand them to the page."""
        paths = [Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()]
        campaigns = [path for path in paths if path.suffix == SUFFIX]
        event.acceptProposedAction()
        if campaigns:
            self.open_file(campaigns[0])
        elif paths and self.campaign is None:
            self.new_campaign_from(paths)
        elif paths:
            self.workspace.take_paths(paths)
