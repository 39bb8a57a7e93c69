"""What the tests of the Faces page share: one page with a copy of the demo campaign, brought back before each test."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import shiboken6
from PySide6.QtCore import QThread
from PySide6.QtWidgets import QApplication, QDialog
from pytestqt.qtbot import QtBot

from engine.campaign import Campaign
from engine.inventory import MatchSettings, keep_match_settings, match_everybody, match_settings
from gui.faces_page import FacesPage
from gui.jobs import JobQueue
from gui.results import CampaignResults, consent_day, read_results

PATIENCE = 60_000


@dataclass(frozen=True)
class Shared:
    """The page, the campaign it shows, and what that holds."""

    page: FacesPage
    campaign: Campaign
    results: CampaignResults


@pytest.fixture(scope="package")
def shared(demo_campaign_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shared]:
    """One page with a copy of the demo campaign."""
    path = tmp_path_factory.mktemp("faces") / "demo.semblance"
    shutil.copy(demo_campaign_path, path)
    with Campaign.open(path, "demo") as campaign:
        jobs = JobQueue()
        page = FacesPage(jobs)
        jobs.setParent(page)
        page.resize(1232, 852)
        yield Shared(page, campaign, read_results(campaign))
        page.close()
        rest(page)
        page.deleteLater()
        QApplication.processEvents()


@pytest.fixture
def campaign(shared: Shared) -> Campaign:
    """The campaign on the page; what a test changes in it, the next one finds undone, photos excepted."""
    return shared.campaign


@pytest.fixture
def results(shared: Shared) -> CampaignResults:
    """What the campaign holds for the pages."""
    return shared.results


@pytest.fixture
def page(shared: Shared, qtbot: QtBot) -> Iterator[FacesPage]:
    """The page with the first customer, all pictures there."""
    page = shared.page
    page.show()
    page.activateWindow()  # whatever a test before had opened
    _undo_all(shared)
    with qtbot.waitSignal(page.pictured, timeout=PATIENCE):
        page.set_campaign(shared.campaign, shared.results)
    yield page
    rest(page)


def _undo_all(shared: Shared) -> None:
    campaign = shared.campaign
    for customer, photos in campaign.inventory.all_bans().items():
        for photo in photos:
            campaign.inventory.allow(customer, photo)
    for choice in campaign.face_choices():
        campaign.forget_face_choice(choice.customer)
    campaign.inventory.forget_rights(campaign.inventory.rights())
    if match_settings(campaign) != MatchSettings():
        keep_match_settings(campaign, MatchSettings())
        match_everybody(campaign, shared.results.scale, consent_day(campaign, shared.results))


def rest(page: FacesPage) -> None:
    """Let the page give up its campaign, and end its work."""
    page.set_campaign(None, None)
    for _ in range(2_000):
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


def close(qtbot: QtBot, dialog: QDialog) -> None:
    """Close a dialog, and wait until its work has ended and it is gone."""
    if shiboken6.isValid(dialog):
        dialog.close()
    qtbot.waitUntil(lambda: not shiboken6.isValid(dialog), timeout=PATIENCE)
