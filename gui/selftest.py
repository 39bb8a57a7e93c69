"""Proves that everything is in place: a small demo campaign is run, opened in the window and looked at."""

from __future__ import annotations

import os
import sys
import tempfile
import time
from pathlib import Path

from PySide6.QtCore import QCoreApplication
from PySide6.QtGui import QImage

CUSTOMERS = 1_500
PATIENCE = 60.0  # seconds for the window to open the campaign


def selftest() -> int:
    """Run the check; 0 if the campaign came out and every page shows it."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from engine.command_line import DEMO_PASSPHRASE
    from engine.pipeline import DemoInputs, campaign_into_folder
    from engine.progress_bars import ProgressBars

    with tempfile.TemporaryDirectory(prefix="semblance-selftest-") as folder:
        out = Path(folder, "out")
        with ProgressBars() as bars:
            summary = campaign_into_folder(DemoInputs(CUSTOMERS), out, DEMO_PASSPHRASE, seed=0, ads=4, audience=bars)
        _say(summary.sentence())
        _look_at_every_page(out / "campaign.semblance", DEMO_PASSPHRASE, Path(folder, "settings.ini"))
    _say("selftest passed")
    return 0


def _look_at_every_page(path: Path, passphrase: str, settings_file: Path) -> None:
    """Open the campaign in the real window and check that each page paints something."""
    from gui.application import make_application
    from gui.main_window import MainWindow
    from gui.settings import Settings
    from gui.steps import steps

    settings = Settings(settings_file)
    application = make_application(settings)
    window = MainWindow(settings)
    window.resize(1440, 900)
    window.show()
    window.open_file(path, passphrase)
    until = time.monotonic() + PATIENCE
    while window.campaign is None and time.monotonic() < until:
        QCoreApplication.processEvents()
        time.sleep(0.01)
    if window.campaign is None:
        raise RuntimeError("the window did not open the campaign")
    for step in steps():
        window.workspace.show_step(step.key)
        application.processEvents()
        if _is_blank(window.grab().toImage()):
            raise RuntimeError(f"the page {step.name} is blank")
        _say(f"page {step.name}: shown")
    window.close()
    while window.isVisible() and time.monotonic() < until:
        application.processEvents()
        time.sleep(0.01)


def _is_blank(image: QImage) -> bool:
    """Whether a picture has next to no colours, looked at in a coarse grid."""
    colours = {image.pixel(x, y) for x in range(0, image.width(), 7) for y in range(0, image.height(), 7)}
    return len(colours) < 8


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()
