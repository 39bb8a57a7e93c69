"""The window: the start page or an open campaign, the job bar below, and the keys."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QAction, QCloseEvent, QDragEnterEvent, QDropEvent, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QFileDialog, QMainWindow, QStackedWidget, QWidget

from engine.passphrase import DEMO_PASSPHRASE
from gui.campaign_desk import CampaignDesk
from gui.commands import Command, page_commands
from gui.enter_key import focused_button, press_by_enter
from gui.errors import ErrorReporter
from gui.face_renewal import FaceRenewal
from gui.focus_ring import tell_ring_of_tab
from gui.icons import mark_icon
from gui.job_bar import JobBar
from gui.jobs import JobQueue
from gui.openings import SUFFIX, Opened, copy_job, demo_path, recent_of
from gui.save_place import save_place
from gui.settings import Recent, Settings
from gui.start_page import StartPage
from gui.steps import StepKey, steps
from gui.widgets import column
from gui.window_place import first_place, smallest_size
from gui.workspace import Workspace

if TYPE_CHECKING:
    from engine.campaign import Campaign


class MainWindow(QMainWindow):
    """Opens and closes campaigns and shows them; everything slow is a job of its queue."""

    def __init__(self, settings: Settings) -> None:
        super().__init__()
        self.settings = settings
        self.setObjectName("window")
        room = self.screen().availableGeometry()
        self.setMinimumSize(smallest_size(room))
        self.setGeometry(first_place(room))
        self.setAcceptDrops(True)
        self.setWindowIcon(mark_icon())
        self._first_step: StepKey = "data"
        self.jobs = JobQueue(self)
        self.errors = ErrorReporter(self)
        self.desk = CampaignDesk(self.jobs, self.errors, self)
        self.renewal = FaceRenewal(self.jobs, self)
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
        self.desk.opened.connect(self._opened)
        self.desk.read_again.connect(self._read)
        self.desk.rested.connect(self._rested)
        self.renewal.ended.connect(self.desk.read)
        self.start_page.demo_wanted.connect(self.open_demo)
        self.start_page.new_wanted.connect(self.new_campaign)
        self.start_page.open_wanted.connect(self.choose_file)
        self.start_page.recent_wanted.connect(self._open_recent)
        self.workspace.pitch_wanted.connect(self.open_pitch)
        self.workspace.campaign_changed.connect(self.desk.read)
        rail = self.workspace.rail
        rail.settings_wanted.connect(self.open_settings)
        rail.help_wanted.connect(self.open_help)
        rail.new_wanted.connect(self.new_campaign)
        rail.open_wanted.connect(self.choose_file)
        rail.copy_wanted.connect(self.save_copy)
        rail.close_wanted.connect(self.close_campaign)

    def _commands(self) -> tuple[Command, ...]:
        """Return what can be done from everywhere."""
        pages = [
            Command(step.name, f"Ctrl+{number}", step.icon, partial(self._show_step, step.key))
            for number, step in enumerate(steps(), start=1)
        ]
        return (
            *pages,
            Command(self.tr("Pitch"), "F11", "pitch", self.open_pitch),
            Command(self.tr("New campaign"), "Ctrl+N", "plus", self.new_campaign),
            Command(self.tr("Open a campaign"), "Ctrl+O", "open", self.choose_file),
            Command(self.tr("Save a copy"), "", "copy", self.save_copy),
            Command(self.tr("Close the campaign"), "Ctrl+W", "close", self.close_campaign),
            Command(self.tr("Settings"), "Ctrl+,", "settings", self.open_settings),
            Command(self.tr("Help"), "F1", "help", self.open_help),
            Command(self.tr("Leave Semblance"), "Ctrl+Q", "right", self.close),
        )

    def _add_keys(self) -> None:
        keys = [(command.keys, command.run) for command in self._commands() if command.keys]
        for shortcut, run in (*keys, ("Ctrl+K", self.open_palette), ("Esc", self.go_back)):
            action = QAction(self)
            action.setShortcut(QKeySequence(shortcut))
            action.triggered.connect(partial(_without_arguments, run))
            self.addAction(action)

    @Slot()
    def open_palette(self) -> None:
        """Open the list of everything: pages, actions, customers."""
        from gui.palette import Palette

        page, results = self.workspace.current_page, self.workspace.results
        if self.campaign is None or page is None or results is None:
            return
        commands = self._commands()
        pages, others = commands[: len(steps())], commands[len(steps()) :]
        names = {command.name for command in commands}
        own = [command for command in page_commands(page) if command.name not in names]
        palette = Palette((*pages, *own, *others), results.customers, self.workspace.go_to_customer, self)
        palette.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        palette.failed.connect(self.errors.show)
        palette.open()

    # campaigns

    @property
    def campaign(self) -> Campaign | None:
        """The campaign that is open."""
        return self.desk.campaign

    @Slot()
    def open_demo(self) -> None:
        """Open the demo campaign, made first if it is not there yet."""
        self.desk.open_demo()

    @Slot()
    def choose_file(self) -> None:
        """Ask for a campaign file and open it."""
        self.desk.choose_file()

    def open_file(self, path: Path, passphrase: str = "") -> None:
        """Open a campaign file; without its passphrase, ask for it."""
        self.desk.open_file(path, passphrase)

    @Slot()
    def new_campaign(self) -> None:
        """Ask what a new campaign is made from, and make it."""
        self.desk.new_campaign_from([])

    @Slot(Recent)
    def _open_recent(self, recent: Recent) -> None:
        path = Path(recent.path)
        self.open_file(path, DEMO_PASSPHRASE if path == demo_path() else "")

    @Slot(object)
    def _opened(self, opened: Opened) -> None:
        """Show a campaign that has been opened."""
        self.settings.remember(recent_of(opened))
        self._entitle()
        self.workspace.set_campaign(opened.campaign, opened.results)
        self.sides.setCurrentWidget(self.workspace)
        if self.workspace.step is None:
            self.workspace.show_step(self._first_step)
        self.workspace.focus_step()
        self.renewal.begin(opened.campaign, opened.results)
        self._show_work()

    @Slot(object)
    def _read(self, opened: Opened) -> None:
        self.workspace.set_campaign(opened.campaign, opened.results)

    @Slot()
    def close_campaign(self) -> None:
        """Close the campaign and return to the start page."""
        if self.campaign is not None:
            self.workspace.set_campaign(None, None)
            self.desk.close()
            self._show_start()

    @property
    def is_closing(self) -> bool:
        """Whether the window waits for jobs to stop before it goes."""
        return bool(self.property("closing"))

    @Slot()
    def _rested(self) -> None:
        if self.is_closing:
            self.close()

    def closeEvent(self, event: QCloseEvent) -> None:
        """Ask all jobs to stop, wait for them with the window alive, then go."""
        self.settings.geometry = self.saveGeometry()
        self.setProperty("closing", True)
        if not self.desk.stop():
            self.setEnabled(False)
            self.setWindowTitle(self.tr("Stopping") + " - Semblance")
            event.ignore()
            return
        if self.campaign is not None:
            self.workspace.set_campaign(None, None)
            self.desk.close_now()
        event.accept()

    # showing

    def _show_start(self) -> None:
        self.start_page.set_recents(self.settings.recents)
        self.sides.setCurrentWidget(self.start_page)
        self._entitle()
        self._show_work()

    def _entitle(self) -> None:
        """Name the campaign; the program's name stands last, or the system would add it once more."""
        name = "" if self.campaign is None else self.campaign.name
        if self.campaign is not None and self.campaign.is_demo:
            name = self.tr("{name} (demo, simulated data)").format(name=name)
        self.setWindowTitle(f"{name} - Semblance" if name else "Semblance")
        path = "" if self.campaign is None else str(self.campaign.path.resolve())
        own = str(demo_path().resolve())  # among the program's own files, where nobody would look for what they saved
        self.setWindowFilePath("" if path == own else path)

    @Slot()
    def _show_work(self) -> None:
        """Keep the job bar in sight with a campaign, and on the start page only while something runs."""
        self.job_bar.setVisible(self.campaign is not None or self.jobs.is_busy)
        self.start_page.set_busy(self.jobs.running if self.campaign is None else "")

    def _show_step(self, key: StepKey) -> None:
        if self.campaign is not None:
            self.workspace.show_step(key)

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
        path = self.campaign.path
        suggested = save_place(self, path.with_stem(path.stem + "-copy").name)
        name, _ = QFileDialog.getSaveFileName(
            self,
            self.tr("Save a copy"),
            suggested,
            f"(*{SUFFIX})",
            options=QFileDialog.Option.DontConfirmOverwrite,
        )
        if name:
            self.jobs.start(copy_job(self.campaign, Path(name)), afterwards=self.tr("Copy saved"))

    # keys and drops

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Press the button that has the focus on Enter."""
        if not press_by_enter(event, focused_button(self)):
            super().keyPressEvent(event)

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
            self.desk.new_campaign_from(paths)
        elif paths:
            self.workspace.take_paths(paths)


def _without_arguments(run: Callable[[], object], checked: bool = False) -> None:
    """Run a command without what the signal of an action carries."""
    run()
