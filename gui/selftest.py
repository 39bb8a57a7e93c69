"""Proves that everything is in place: a small demo campaign is run, opened in the window and looked at."""

from __future__ import annotations

import os
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication
from PySide6.QtGui import QImage

from engine.child_process import is_packaged

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication

    from gui.settings import Settings

CUSTOMERS, SEED = 2_000, 1  # enough for a signal, so that ads are made
NOISY = 12  # people made of noise, two pictures each, from whom the face network learns
PATIENCE = 60.0  # seconds for the window to open the campaign


def selftest() -> int:
    """Run the check; 0 if the campaign came out and every page shows it."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from engine.campaign_inputs import DemoInputs
    from engine.passphrase import DEMO_PASSPHRASE
    from engine.pipeline import campaign_into_folder
    from engine.progress_bars import ProgressBars
    from gui.application import make_application
    from gui.settings import Settings

    with tempfile.TemporaryDirectory(prefix="semblance-selftest-") as folder:
        out = Path(folder, "out")
        settings = Settings(Path(folder, "settings.ini"))
        application = make_application(settings)
        with ProgressBars() as bars:
            summary = campaign_into_folder(DemoInputs(CUSTOMERS), out, DEMO_PASSPHRASE, seed=SEED, ads=4, audience=bars)
        _say(summary.sentence())
        if not summary.ads:
            raise RuntimeError("no ad was made")
        _look_at_every_page(application, settings, out / "campaign.semblance", DEMO_PASSPHRASE)
        if is_packaged():
            _fine_tune(Path(folder, "facenet.onnx"))
    _say("selftest passed")
    return 0


def _look_at_every_page(application: QApplication, settings: Settings, path: Path, passphrase: str) -> None:
    """Open the campaign in the real window and check that each page paints something."""
    from gui.main_window import MainWindow
    from gui.steps import steps

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


def _fine_tune(target: Path) -> None:
    """Let the packaged program's other process learn from noise: torch is there, and only there."""
    import numpy as np

    from engine.child_process import run_module
    from engine.faces.facenet import facenet_onnx
    from engine.faces.training_set import TrainingSet
    from engine.job import JobContext

    lot = np.random.default_rng(SEED)
    people = np.repeat(lot.integers(0, 255, (NOISY, 160, 160, 3)), 2, axis=0)
    crops = np.clip(people + lot.integers(-40, 40, people.shape), 0, 255).astype(np.uint8)
    training = TrainingSet(crops, np.arange(2 * NOISY) // 2, np.zeros((0, 3), np.int64))
    arguments = [str(facenet_onnx()), str(target)]
    run_module("engine.faces.fine_tuning", arguments, JobContext(), makes=target, given=training.to_bytes())
    if "torch" in sys.modules:
        raise RuntimeError("torch was imported beside Qt")
    _say("face network: fine-tuned")


def _is_blank(image: QImage) -> bool:
    """Whether a picture has next to no colours, looked at in a coarse grid."""
    colours = {image.pixel(x, y) for x in range(0, image.width(), 7) for y in range(0, image.height(), 7)}
    return len(colours) < 8


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()
