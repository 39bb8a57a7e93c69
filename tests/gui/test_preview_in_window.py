"""Preview and pitch in the window, as a person comes to them."""

import pyarrow as pa
from PySide6.QtCore import Qt

from gui.jobs import JobQueue
from gui.pitch import Pitch
from tests.gui.conftest import rest

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


def test_who_is_chosen_in_the_table_is_shown_by_the_other_pages_in_the_table_s_order(demo_window, qtbot):
    window = demo_window
    window.workspace.show_step("recommendations")
    reco, table = window.workspace.page("recommendations"), window.workspace.page("recommendations").customers.table
    rest(window, qtbot)
    qtbot.mouseClick(reco.no_gain.keep_personal, Qt.MouseButton.LeftButton)
    rest(window, qtbot)
    third = reco._shown.store.key(int(reco.customers.rows[2]))
    qtbot.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=table.visualRect(table.rows.index(2, 1)).center())
    window.workspace.show_step("preview")
    page = window.workspace.page("preview")
    assert page.customer == third
    qtbot.waitUntil(lambda: page.verdict.text().startswith("Customer 3 of 1,158 with an offer."), timeout=PATIENCE)
    rest(window, qtbot)
    qtbot.keyClick(page, Qt.Key.Key_Right)
    fourth = reco._shown.store.key(int(reco.customers.rows[3]))
    assert page.customer == fourth
    window.workspace.show_step("faces")
    faces = window.workspace.page("faces")
    rest(window, qtbot)
    assert faces.customer == fourth
    window.workspace.show_step("recommendations")
    assert reco.customer == fourth
    scrolled = table.verticalScrollBar().value()
    qtbot.mouseClick(reco.pane.no_offer, Qt.MouseButton.LeftButton)
    rest(window, qtbot)
    assert reco.customer == fourth
    assert reco._shown.store.key(int(reco.customers.rows[3])) == fourth, "the row keeps its place"
    assert table.verticalScrollBar().value() == scrolled
    assert table.viewport().rect().contains(table.visualRect(table.currentIndex()).center())
    rest(window, qtbot)
