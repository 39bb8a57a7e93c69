"""What the window's tests share: the program's own QApplication, settings of their own, and nothing left running."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

import pytest
import shiboken6
from PySide6.QtCore import QCoreApplication, QEvent, QObject, QThread, QTimer
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from engine.campaign import Campaign
from gui.application import make_application
from gui.jobs import JobQueue
from gui.main_window import MainWindow
from gui.results import CampaignResults, read_results
from gui.settings import Settings
from gui.theme import look
from gui.window_place import FIRST
from tests.small_campaign import PASSPHRASE, SmallCampaign

Widget = TypeVar("Widget", bound=QWidget)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Settings in a file of the test's own."""
    return Settings(tmp_path / "settings.ini")


@pytest.fixture(autouse=True)
def application(qapp: QApplication) -> QApplication:
    """The application as the program sets it up, in the light theme."""
    if qapp.property("set_up") is None:
        make_application(Settings())
        qapp.setProperty("set_up", True)
    if look().scheme != "light" or look().has_compact_rows:
        look().has_compact_rows = False
        look().use("light")
    return qapp


def left_running() -> list[QObject]:
    """Return the threads and timers that still run."""
    found: list[QObject] = []
    for each in shiboken6.getAllValidWrappers():
        if isinstance(each, QThread | QTimer):
            runs = each.isRunning() if isinstance(each, QThread) else each.isActive()
            if runs and each is not QThread.currentThread():
                found.append(each)
    return found


@pytest.fixture(autouse=True)
def nothing_left_running(application: QApplication, qtbot: QtBot) -> Iterator[None]:
    """Fail a test that leaves a thread or a timer running."""
    before = {id(each) for each in left_running()}
    yield
    for _ in range(100):
        application.processEvents()
        if not [each for each in left_running() if id(each) not in before]:
            break
        QThread.msleep(20)
    left = [each for each in left_running() if id(each) not in before]
    assert not left, f"left running: {left}"


@pytest.fixture
def bare_campaign_path(tmp_path: Path) -> Path:
    """A campaign file with nothing in it yet; its passphrase is "open sesame"."""
    path = tmp_path / "bare.semblance"
    Campaign.create(path, "open sesame", name="Bare campaign").close()
    return path


@pytest.fixture
def window(settings: Settings, qtbot: QtBot) -> Iterator[MainWindow]:
    """The window on its start page. qtbot would delete it while jobs of the test still run, so it is closed here."""
    window = MainWindow(settings)
    window.resize(FIRST)  # offscreen, the screen itself is smaller
    window.show()
    yield window
    qtbot.waitUntil(lambda: window.close() and not window.isVisible(), timeout=30_000)  # not while a dialog is above
    window.deleteLater()
    QCoreApplication.sendPostedEvents(window, QEvent.Type.DeferredDelete.value)


@pytest.fixture
def demo_window(window: MainWindow, qtbot: QtBot, demo_campaign_path: Path, tmp_path: Path) -> Iterator[MainWindow]:
    """The window with a copy of the demo campaign, to be changed at will."""
    path = tmp_path / "demo.semblance"
    shutil.copy(demo_campaign_path, path)
    window.open_file(path, "demo")
    qtbot.waitUntil(lambda: window.campaign is not None, timeout=30_000)
    yield window
    qtbot.waitUntil(lambda: not any(queue.is_busy for queue in window.findChildren(JobQueue)), timeout=30_000)


@pytest.fixture
def small_window(window: MainWindow, qtbot: QtBot, small_campaign: SmallCampaign, tmp_path: Path) -> MainWindow:
    """The window with a copy of the small campaign, which has no past one to learn from; to be changed at will."""
    folder = tmp_path / "campaign"
    folder.mkdir()
    window.open_file(small_campaign.copy_to(folder), PASSPHRASE)
    qtbot.waitUntil(lambda: window.campaign is not None, timeout=30_000)
    return window


def rest(window: QWidget, qtbot: QtBot) -> None:
    """Wait until no job of a window runs any more, nor one that follows from it."""
    for _ in range(2):
        qtbot.waitUntil(lambda: not any(queue.is_busy for queue in window.findChildren(JobQueue)), timeout=30_000)
        qtbot.wait(60)


@pytest.fixture(scope="session")
def still_campaign(demo_campaign_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Campaign]:
    """A copy of the demo campaign, open, for all tests that leave it as it is."""
    path = tmp_path_factory.mktemp("still") / "demo.semblance"
    shutil.copy(demo_campaign_path, path)
    with Campaign.open(path, "demo") as campaign:
        yield campaign


@pytest.fixture(scope="session")
def still_results(still_campaign: Campaign) -> CampaignResults:
    """What that campaign holds for the pages."""
    return read_results(still_campaign)


@pytest.fixture
def jobs(application: QApplication) -> Iterator[JobQueue]:
    """The queue that a page works with."""
    jobs = JobQueue()
    yield jobs
    jobs.stop()
    assert jobs.wait()


@pytest.fixture
def on_screen(qtbot: QtBot) -> Callable[[Widget], Widget]:
    """Return what brings a widget onto the screen in the size of a window's page."""

    def show(widget: Widget) -> Widget:
        qtbot.addWidget(widget)
        widget.resize(1232, 852)
        widget.show()
        return widget

    return show


@pytest.fixture
def demo_results(demo_campaign: Campaign) -> CampaignResults:
    """What the demo campaign holds for the pages."""
    return read_results(demo_campaign)
