"""Grabs every page offscreen, light and dark, at 1x and 2x: the pictures in the documentation never lie."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import QApplication, QWidget

from engine.passphrase import DEMO_PASSPHRASE
from engine.resources import ROOT
from gui.application import make_application
from gui.jobs import JobQueue
from gui.openings import demo_job, demo_path
from gui.settings import Settings
from gui.steps import steps
from gui.theme import look

if TYPE_CHECKING:
    from gui.main_window import MainWindow

SIZE = (1440, 900)
SMALLEST = (1024, 640)
SCALES = (1, 2)
SETTLE_SECONDS = 0.6
LONGEST_SECONDS = 60.0


def grab(widget: QWidget, path: Path) -> None:
    """Write what a widget shows to a PNG, at the density of the screen that Qt was started with."""
    pixmap: QPixmap = widget.grab()
    path.parent.mkdir(parents=True, exist_ok=True)
    if not pixmap.save(str(path), "PNG"):
        raise OSError(f"{path} cannot be written")


def make_screenshots(campaign: Path, folder: Path, passphrase: str = DEMO_PASSPHRASE) -> None:
    """Grab every page of a campaign into a folder: PAGE-THEME.png, at twice the density PAGE-THEME@2x.png.

    Qt reads its scale at the start, so each density runs in a process of its own. Raises OSError if one fails.
    """
    for scale in SCALES:
        environment = dict(os.environ, QT_QPA_PLATFORM="offscreen", QT_SCALE_FACTOR=str(scale))
        code = f"from gui.screenshots import shoot; shoot({str(campaign.resolve())!r}, {str(folder.resolve())!r})"
        command = [sys.executable, "-c", code]
        done = subprocess.run(  # noqa: S603
            command, cwd=ROOT, env=environment, input=passphrase, capture_output=True, text=True, check=False
        )
        if done.returncode != 0:
            raise OSError(f"The screenshots at {scale}x failed:\n{done.stderr}")


def settle(seconds: float = SETTLE_SECONDS) -> None:
    """Let queued work, animations and repaints happen; wait for running jobs, up to a minute."""
    began = time.monotonic()
    quiet_since = began
    while time.monotonic() - quiet_since < seconds and time.monotonic() - began < LONGEST_SECONDS:
        QCoreApplication.processEvents()
        if any(queue.is_busy for window in QApplication.topLevelWidgets() for queue in window.findChildren(JobQueue)):
            quiet_since = time.monotonic()
        time.sleep(0.01)


def shoot(campaign: str, folder: str) -> None:
    """Grab page by page in both themes, at the scale of this process; the passphrase comes by standard input."""
    from gui.main_window import MainWindow

    target = Path(folder)
    with tempfile.TemporaryDirectory() as own:
        settings = Settings(Path(own) / "settings.ini")
        settings.scheme = "light"
        application = make_application(settings)
        window = MainWindow(settings)
        window.resize(*SIZE)
        window.show()
        ending = "" if application.devicePixelRatio() == 1 else f"@{application.devicePixelRatio():g}x"
        _shoot_themes(window, "start", target, ending)
        window.open_file(Path(campaign), sys.stdin.read())
        settle()
        if window.campaign is None:
            raise OSError(f"{campaign} was not opened")
        for step in steps():
            window.workspace.show_step(step.key)
            _shoot_themes(window, step.key, target, ending)
            window.resize(*SMALLEST)
            settle()
            grab(window, target / f"{step.key}-small{ending}.png")
            window.resize(*SIZE)
        _shoot_pitch(window, target / f"pitch-dark{ending}.png")
        window.close()
        settle(0.2)


def _shoot_themes(window: MainWindow, name: str, folder: Path, ending: str) -> None:
    for scheme in ("light", "dark"):
        look().use("dark" if scheme == "dark" else "light")
        settle()
        grab(window, folder / f"{name}-{scheme}{ending}.png")
    look().use("light")


def _shoot_pitch(window: MainWindow, path: Path) -> None:
    before = set(QApplication.topLevelWidgets())
    window.open_pitch()
    settle()
    for pitch in set(QApplication.topLevelWidgets()) - before:
        if pitch.isVisible():
            pitch.showNormal()
            pitch.resize(*SIZE)
            settle()
            grab(pitch, path)
            pitch.close()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def main(arguments: list[str]) -> int:
    """Make the pictures of the demo (or of the campaign file named second) in docs/pictures (or the folder named)."""
    folder = Path(arguments[0]) if arguments else ROOT / "docs" / "pictures"
    campaign = Path(arguments[1]) if len(arguments) > 1 else demo_path()
    if campaign == demo_path():
        demo_job().run().campaign.close()
    make_screenshots(campaign, folder)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
