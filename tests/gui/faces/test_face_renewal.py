"""Another network in force: the faces are read again by themselves, and nothing is compared across."""

import shutil
from pathlib import Path

import numpy as np
import pytest

from engine.campaign import Campaign
from engine.errors import ModelError
from engine.faces.reembedding import BATCH
from engine.inventory import inventory_map, match_customer, read_by_others, renewing
from engine.look_alikes import day_of_consent, likeness_scale
from gui.jobs import JobQueue
from gui.main_window import MainWindow
from tests.gui.faces.conftest import PATIENCE

OTHER = "0" * 64
NOWHERE = np.eye(512, dtype=np.float32)[0]


@pytest.fixture
def outdated(demo_campaign_path: Path, tmp_path: Path) -> Path:
    """A campaign in which three campaign photos and two customers were read by another network."""
    path = tmp_path / "demo.semblance"
    shutil.copy(demo_campaign_path, path)
    with Campaign.open(path, "demo") as campaign:
        keys = [*campaign.photo_keys("inventory")[:3], *campaign.photo_keys("customer")[:2]]
        campaign.inventory.keep_embeddings((key, NOWHERE, OTHER) for key in keys)
    return path


def models(campaign: Campaign) -> set[str]:
    return {*campaign.inventory.models().values(), *campaign.inventory.models("customer").values()}


def test_an_opened_campaign_reads_again_what_another_network_read_and_says_so(
    window: MainWindow, outdated: Path, qtbot
):
    told: list[str] = []
    window.jobs.started.connect(told.append)
    window.open_file(outdated, "demo")
    qtbot.waitUntil(lambda: "Reading all faces again" in told, timeout=PATIENCE)
    assert window.campaign is not None
    window.workspace.show_step("faces")
    page = window.workspace.current_page
    assert window.workspace.results.to_read_again == 5
    qtbot.waitUntil(lambda: window.workspace.results.to_read_again == 0, timeout=PATIENCE)
    assert len(models(window.campaign)) == 1 and OTHER not in models(window.campaign)
    assert any(done.name == "All faces read again by the network in use" for done in window.jobs.history)
    qtbot.waitUntil(lambda: "have a look-alike" in page.verdict.text(), timeout=PATIENCE)
    qtbot.waitUntil(lambda: not any(queue.is_busy for queue in window.findChildren(JobQueue)), timeout=PATIENCE)


def test_a_cancel_keeps_what_was_read_and_the_next_opening_goes_on(
    window: MainWindow, outdated: Path, qtbot, monkeypatch: pytest.MonkeyPatch
):
    def stop(campaign: Campaign, key: str) -> object:
        window.jobs.cancel()  # while the first batch is being kept
        return content(campaign, key)

    content = renewing._content
    monkeypatch.setattr(renewing, "_content", stop)
    window.open_file(outdated, "demo")
    qtbot.waitUntil(lambda: any(done.outcome == "cancelled" for done in window.jobs.history), timeout=PATIENCE)
    monkeypatch.setattr(renewing, "_content", content)
    qtbot.waitUntil(lambda: not window.jobs.is_busy, timeout=PATIENCE)
    left = window.workspace.results.to_read_again
    assert left == 5 - BATCH
    window.workspace.show_step("faces")
    page = window.workspace.current_page
    qtbot.waitUntil(lambda: f"{left} faces are still to be read" in page.verdict.text(), timeout=PATIENCE)
    window.close_campaign()
    qtbot.waitUntil(lambda: not any(queue.is_busy for queue in window.findChildren(JobQueue)), timeout=PATIENCE)
    window.open_file(outdated, "demo")
    qtbot.waitUntil(lambda: window.campaign is not None and not window.jobs.is_busy, timeout=PATIENCE)
    assert window.workspace.results.to_read_again == 0
    qtbot.waitUntil(lambda: not any(queue.is_busy for queue in window.findChildren(JobQueue)), timeout=PATIENCE)


def test_until_all_are_read_nothing_is_compared_and_the_ads_stay(outdated: Path):
    with Campaign.open(outdated, "demo") as campaign:
        on, before, kept = day_of_consent(campaign), campaign.all_matches(), likeness_scale(campaign)
        assert likeness_scale(campaign) == kept
        with pytest.raises(ModelError, match="Until all are, there is no map"):
            inventory_map(campaign)
        customer = campaign.matched_customers()[0]
        assert match_customer(campaign, customer, kept, on) == 0
        assert campaign.all_matches() == before
        withdrawn = campaign.photo_keys("customer")[0].removeprefix("customer:")
        assert len(read_by_others(campaign, on)) == 5
        campaign.withdraw_consent(withdrawn, on)
        assert len(read_by_others(campaign, on)) == 4  # nobody reads a face whose consent is gone
