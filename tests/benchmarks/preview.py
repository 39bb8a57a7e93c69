"""Measures the Preview, from choosing a customer to three pictures on the screen: a part of dev.py bench faces."""

from __future__ import annotations

import os
import tempfile
import time
from pathlib import Path

from PySide6.QtCore import QObject, Slot
from PySide6.QtWidgets import QApplication

from engine.campaign import Campaign
from engine.campaign_inputs import DemoInputs
from engine.passphrase import DEMO_PASSPHRASE
from engine.pipeline import build_campaign
from engine.progress_bars import ProgressBars
from engine.stages import Stages
from gui.application import make_application
from gui.jobs import JobQueue
from gui.preview_page import PreviewPage
from gui.results import CampaignResults, read_results
from gui.settings import Settings
from tests.benchmarks.faces import Figure

CUSTOMERS = 2_000
PATIENCE = 30.0  # s


class Shown(QObject):
    """Notes whose ad the page shows."""

    def __init__(self, page: PreviewPage) -> None:
        super().__init__(page)
        self.customer = ""
        page.ad_shown.connect(self._note)

    @Slot(str)
    def _note(self, customer: str) -> None:
        self.customer = customer

    def wait(self, customer: str) -> None:
        """Let the window work until a customer's pictures are on it."""
        end = time.monotonic() + PATIENCE
        while self.customer != customer and time.monotonic() < end:
            QApplication.processEvents()
            time.sleep(0.0005)
        QApplication.processEvents()


def measure_preview() -> list[Figure]:
    """Choose customers whose faces were not looked at before, here and there in the demo campaign."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    make_application(Settings())
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "preview.semblance")
        with ProgressBars() as bars:
            build_campaign(DemoInputs(CUSTOMERS), path, DEMO_PASSPHRASE, seed=0, stages=Stages(bars))
        with Campaign.open(path, DEMO_PASSPHRASE) as campaign:
            walls, cpus = _chosen(campaign, read_results(campaign))
    name = f"Preview, from choosing a customer to three pictures, the least of {len(walls)}"
    return [
        Figure(name, min(walls), "ms", "<= 150"),
        Figure("- the middle of them", sorted(walls)[len(walls) // 2], "ms", "<= 150"),
        Figure("- the middle of their CPU time", sorted(cpus)[len(cpus) // 2], "ms CPU"),
    ]


def _chosen(campaign: Campaign, results: CampaignResults) -> tuple[list[float], list[float]]:
    jobs = JobQueue()
    page = PreviewPage(jobs)
    jobs.setParent(page)
    page.resize(1232, 852)
    page.show()
    shown = Shown(page)
    page.set_campaign(campaign, results)
    customers = [results.order[place] for place in range(results.order.with_face)]
    shown.wait(customers[0])
    time.sleep(0.5)
    walls, cpus = [], []
    for customer in customers[3::3]:  # the neighbours of those that were shown may be read already
        began, used = time.perf_counter(), time.process_time()
        page.show_customer(customer)
        shown.wait(customer)
        walls.append(1000 * (time.perf_counter() - began))
        cpus.append(1000 * (time.process_time() - used))
    page.set_campaign(None, None)
    while any(queue.is_busy for queue in page.findChildren(JobQueue)):
        QApplication.processEvents()
    return walls, cpus
