"""Preview and pitch in the window, as a person comes to them."""

import pyarrow as pa
from PySide6.QtCore import Qt

from gui.jobs import JobQueue
from gui.pitch import Pitch

PATIENCE = 30_000


def test_selected_customers_are_walked_through_f11_pitches_and_escape_returns(demo_window, qtbot):
    window = demo_window
    chosen = list(window.workspace.results.matched[:2])
    window.workspace.page("recommendations").selection_wanted.emit(pa.array(chosen))
    assert window.workspace.step == "preview"
    page = window.workspace.page("preview")
    qtbot.waitUntil(lambda: page.ad_card.picture.shown.image is not None, timeout=PATIENCE)
    assert page.customer == chosen[0]
    assert page.verdict.text().startswith("1 of 2 selected.")
    window.activateWindow()
    qtbot.keyClick(window, Qt.Key.Key_F11)
    pitch = window.findChild(Pitch)
    assert pitch is not None
    qtbot.waitUntil(lambda: pitch.ad.shown.image is not None, timeout=PATIENCE)
    qtbot.keyClick(pitch, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: window.findChild(Pitch) is None, timeout=PATIENCE)
    assert window.workspace.step == "preview"


def test_a_campaign_closed_while_its_ad_is_made_can_be_opened_again(demo_window, qtbot):
    window = demo_window
    path = window.campaign.path
    window.workspace.show_step("preview")
    assert any(queue.is_busy for queue in window.workspace.page("preview").findChildren(JobQueue))
    window.close_campaign()
    qtbot.waitUntil(lambda: not any(queue.is_busy for queue in window.findChildren(JobQueue)), timeout=PATIENCE)
    window.open_file(path, "demo")
    qtbot.waitUntil(lambda: window.campaign is not None, timeout=PATIENCE)
    assert window.campaign.path == path
