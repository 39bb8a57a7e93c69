"""What the tests of the Faces page share: the page with the demo campaign."""

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QThread
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from engine.campaign import Campaign
from gui.faces_page import FacesPage
from gui.jobs import JobQueue
from gui.results import CampaignResults

PATIENCE = 30_000


@pytest.fixture
def page(qtbot: QtBot, demo_campaign: Campaign, demo_results: CampaignResults) -> Iterator[FacesPage]:
    """The page with the first customer, all pictures there."""
    jobs = JobQueue()
    page = FacesPage(jobs)
    jobs.setParent(page)
    qtbot.addWidget(page, before_close_func=_rest)
    page.resize(1232, 852)
    page.show()
    with qtbot.waitSignal(page.pictured, timeout=PATIENCE):
        page.set_campaign(demo_campaign, demo_results)
    yield page


def _rest(page: FacesPage) -> None:
    """Let the page end its work before pytest-qt deletes it."""
    page.set_campaign(None, None)
    for _ in range(1_000):
        QApplication.processEvents()
        if not is_busy(page):
            return
        QThread.msleep(10)


def is_busy(page: FacesPage) -> bool:
    """Whether a job of the page runs."""
    return any(queue.is_busy for queue in page.findChildren(JobQueue))


def wait_until_quiet(qtbot: QtBot, page: FacesPage) -> None:
    """Wait until no job of the page runs."""
    qtbot.waitUntil(lambda: not is_busy(page), timeout=PATIENCE)
