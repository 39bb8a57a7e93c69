"""The window: opening and closing campaigns, the rail, the keys, and jobs at the end."""

import subprocess
import sys
import threading
import time

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtWidgets import QAbstractButton, QLineEdit, QWidget

from engine.campaign import Campaign
from engine.errors import CampaignFileError
from engine.job import Job
from gui.campaign_files import CampaignFiles
from gui.dialog import Dialog
from gui.focus_ring import focus_ring
from gui.help_dialog import HelpDialog
from gui.jobs import JobQueue
from gui.main_window import MainWindow
from gui.new_campaign_dialog import NewCampaignDialog
from gui.passphrase_dialog import PassphraseDialog
from gui.save_place import documents, save_place
from gui.settings import Recent
from gui.settings_dialog import SettingsDialog
from gui.theme import look, theme

CLICK = Qt.MouseButton.LeftButton


@pytest.fixture
def opened(window, bare_campaign_path, qtbot):
    window.open_file(bare_campaign_path, "open sesame")
    qtbot.waitUntil(lambda: window.campaign is not None, timeout=10_000)
    return window


def endless(context):
    while True:
        context.progress(0.5)
        time.sleep(0.005)


def test_window_starts_on_the_start_page_without_rail_and_job_bar(window):
    assert window.sides.currentWidget() is window.start_page
    assert not window.workspace.isVisible()
    assert not window.job_bar.isVisible()
    assert window.windowTitle() == "Semblance"


def test_importing_the_window_imports_nothing_heavy():
    heavy = (
        "torch",
        "matplotlib",
        "sklift",
        "onnxruntime",
        "cv2",
        "sklearn",
        "duckdb",
        "pandas",
        "pyarrow",
        "pyqtgraph",
    )
    code = f"import sys, gui.main_window, gui.application; print([n for n in {heavy!r} if n in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_opened_campaign_names_itself_in_title_and_rail(opened):
    assert opened.windowTitle() == "Bare campaign - Semblance"
    assert opened.workspace.rail.head.name.accessibleName() == "Bare campaign"
    assert opened.job_bar.isVisible()
    assert opened.workspace.step == "data"
    assert opened.settings.recents[0].name == "Bare campaign"


def test_what_a_page_changed_is_read_even_where_the_reading_is_cancelled(opened, qtbot):
    with qtbot.waitSignal(opened.desk.read_again, timeout=10_000):
        opened.desk.read()
        opened.jobs.cancel()


def test_rail_and_number_keys_change_the_page(opened, qtbot):
    rail, workspace = opened.workspace.rail, opened.workspace
    qtbot.mouseClick(rail.buttons["recommendations"], CLICK)
    assert workspace.step == "recommendations"
    assert workspace.stack.currentWidget() is workspace.pages["recommendations"]
    for key, step in (
        (Qt.Key.Key_5, "preview"),
        (Qt.Key.Key_4, "faces"),
        (Qt.Key.Key_2, "loyalty"),
        (Qt.Key.Key_1, "data"),
    ):
        qtbot.keyClick(opened, key, Qt.KeyboardModifier.ControlModifier)
        assert workspace.step == step
        assert rail.buttons[step].isChecked()
    qtbot.keyClick(opened, Qt.Key.Key_Escape)
    assert workspace.step == "loyalty"


def test_number_keys_do_nothing_on_the_start_page(window, qtbot):
    qtbot.keyClick(window, Qt.Key.Key_2, Qt.KeyboardModifier.ControlModifier)
    assert window.sides.currentWidget() is window.start_page


def test_steps_without_anything_carry_no_mark(opened):
    for button in opened.workspace.rail.buttons.values():
        assert button.mark_says == "nothing yet"


def test_rail_is_icons_with_names_below_1120(opened, qtbot):
    rail = opened.workspace.rail
    opened.resize(1440, 900)
    qtbot.waitUntil(lambda: rail.width() == 208)
    opened.resize(1100, 700)
    qtbot.waitUntil(lambda: rail.width() == 56)
    for button in (*rail.buttons.values(), rail.settings_button, rail.help_button):
        assert button.text() == ""
        assert button.accessibleName()
        assert button.accessibleName() in button.toolTip()


def test_wrong_passphrase_is_asked_again_in_place_and_the_right_one_opens(window, bare_campaign_path, qtbot):
    window.open_file(bare_campaign_path)
    dialog = window.findChild(PassphraseDialog)
    qtbot.keyClicks(dialog.field, "wrong")
    qtbot.keyClick(dialog.field, Qt.Key.Key_Return)
    qtbot.waitUntil(dialog.wrong.isVisible, timeout=10_000)
    assert "passphrase" in dialog.wrong.text().lower()
    assert window.campaign is None
    assert window.errors.dialog is None
    assert dialog.field.selectedText() == "wrong"
    qtbot.keyClicks(dialog.field, "open sesame")
    assert not dialog.wrong.isVisible()
    qtbot.mouseClick(dialog.open_button, CLICK)
    qtbot.waitUntil(lambda: window.campaign is not None, timeout=10_000)
    qtbot.waitUntil(lambda: window.findChild(PassphraseDialog) is None)


def test_file_that_is_no_campaign_shows_the_error_dialog(window, tmp_path, qtbot):
    path = tmp_path / "notes.semblance"
    path.write_bytes(b"not a campaign" * 1000)
    window.open_file(path)
    dialog = window.findChild(PassphraseDialog)
    qtbot.keyClicks(dialog.field, "anything")
    qtbot.keyClick(dialog.field, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: window.errors.dialog is not None or dialog.wrong.isVisible(), timeout=10_000)
    said = dialog.wrong.text() if window.errors.dialog is None else window.errors.dialog.sentence.text()
    assert "notes.semblance" in said
    assert window.campaign is None
    (window.errors.dialog or dialog).reject()


def test_failed_job_shows_one_dialog_with_its_sentence(window, qtbot):
    def fail(context):
        raise CampaignFileError("The disk is full. Make room and save again.")

    window.jobs.start(Job("Saving", fail))
    qtbot.waitUntil(lambda: window.errors.dialog is not None)
    assert window.errors.dialog.sentence.text() == "The disk is full."
    assert window.errors.dialog.advice.text() == "Make room and save again."
    qtbot.keyClick(window.errors.dialog, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: window.errors.dialog is None)


def test_closing_the_campaign_returns_to_the_start_page_and_frees_the_file(opened, bare_campaign_path, qtbot):
    qtbot.keyClick(opened, Qt.Key.Key_W, Qt.KeyboardModifier.ControlModifier)
    assert opened.sides.currentWidget() is opened.start_page
    assert opened.campaign is None
    with Campaign.open(bare_campaign_path, "open sesame") as again:
        assert again.name == "Bare campaign"
    assert opened.start_page.recent_buttons[0].recent.name == "Bare campaign"


def test_saving_begins_beside_the_campaign_and_without_one_in_the_documents(opened, bare_campaign_path):
    page = opened.workspace.page("data")
    dialog = Dialog("Question", page)
    beside = str(bare_campaign_path.resolve().parent / "rejects.csv")
    assert save_place(page, "rejects.csv") == beside
    assert save_place(dialog, "rejects.csv") == beside
    opened.close_campaign()
    assert save_place(dialog, "rejects.csv") == str(documents() / "rejects.csv")
    dialog.reject()


def test_campaign_closed_and_opened_again_at_once_opens_when_its_file_is_free(opened, bare_campaign_path, qtbot):
    held = threading.Event()
    opened.jobs.start(Job("Busy", lambda context: held.wait(5)))
    qtbot.wait(20)
    opened.close_campaign()
    opened.open_file(bare_campaign_path, "open sesame")
    held.set()
    qtbot.waitUntil(lambda: opened.campaign is not None, timeout=10_000)
    assert opened.errors.dialog is None


def test_opening_the_campaign_that_is_open_changes_nothing(opened, bare_campaign_path):
    campaign = opened.campaign
    opened.open_file(bare_campaign_path)
    assert opened.findChild(PassphraseDialog) is None
    assert opened.campaign is campaign
    assert not opened.jobs.is_busy


def test_window_with_a_job_stays_alive_until_the_job_has_stopped_then_goes(window, qtbot):
    stopped = threading.Event()

    def work(context):
        try:
            endless(context)
        finally:
            stopped.set()

    window.jobs.start(Job("Endless", work))
    qtbot.wait(30)
    began = time.monotonic()
    window.close()
    qtbot.waitUntil(lambda: not window.isVisible(), timeout=5000)
    assert stopped.is_set()
    assert time.monotonic() - began < 1.5


def test_window_stays_alive_while_a_job_runs(window, qtbot):
    window.jobs.start(Job("Endless", endless))
    qtbot.waitUntil(window.job_bar.isVisible)
    ticks = []
    for _ in range(20):
        began = time.monotonic()
        qtbot.wait(1)
        ticks.append(time.monotonic() - began)
    assert sorted(ticks)[10] < 0.1
    with qtbot.waitSignal(window.jobs.emptied):
        qtbot.mouseClick(window.job_bar.cancel_button, CLICK)


def test_dropped_campaign_file_asks_for_its_passphrase(window, bare_campaign_path):
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(bare_campaign_path))])
    drop = QDropEvent(QPointF(10, 10), Qt.DropAction.CopyAction, data, CLICK, Qt.KeyboardModifier.NoModifier)
    window.dropEvent(drop)
    dialog = window.findChild(PassphraseDialog)
    assert dialog.path == bare_campaign_path
    dialog.reject()


def test_settings_change_theme_and_rows_at_once_and_are_kept(window, qtbot):
    window.open_settings()
    dialog = window.findChild(SettingsDialog)
    qtbot.mouseClick(dialog.theme.button(2), CLICK)
    assert theme().name == "dark"
    assert window.settings.scheme == "dark"
    qtbot.mouseClick(dialog.rows.button(1), CLICK)
    assert look().row_height == 28
    assert window.settings.has_compact_rows
    dialog.reject()


def test_help_names_keys_places_and_licences(window, qtbot):
    qtbot.keyClick(window, Qt.Key.Key_F1)
    dialog = window.findChild(HelpDialog)
    words = " ".join(label.text() for label in dialog.findChildren(type(dialog.heading)))
    for expected in ("Ctrl+1", "F11", "demo.semblance", str(window.settings.file)):
        assert expected in words
    dialog.reject()


def test_new_campaign_opens_its_dialog_by_key(window, qtbot):
    qtbot.keyClick(window, Qt.Key.Key_N, Qt.KeyboardModifier.ControlModifier)
    dialog = window.findChild(NewCampaignDialog)
    assert isinstance(dialog.files, CampaignFiles)
    dialog.reject()


def click_in(window, button, qtbot):
    """Press and release a button through the window's own surface, as a real mouse does; release outside of it."""
    place = button.mapTo(window, button.rect().center())
    qtbot.mousePress(window.windowHandle(), CLICK, pos=place)
    qtbot.mouseMove(window.windowHandle(), pos=QPoint(2, 2))
    qtbot.mouseRelease(window.windowHandle(), CLICK, pos=QPoint(2, 2))


def test_focus_ring_follows_tab_and_not_the_mouse(window, qtbot):
    page = window.start_page
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    click_in(window, page.demo_button, qtbot)
    assert page.focusWidget() is page.demo_button
    assert focus_ring().target is None
    qtbot.keyClick(page.demo_button, Qt.Key.Key_Tab)
    assert page.focusWidget() is page.new_button
    assert focus_ring().target is page.new_button
    image = page.new_button.grab().toImage()
    colours = {image.pixelColor(image.width() // 2, y).name() for y in range(3)}
    assert theme().colours.focus.lower() in colours
    click_in(window, page.demo_button, qtbot)
    assert focus_ring().target is None


def rings(window):
    """Return what wears a ring that can be seen, old ones that were to go included."""
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    shown = [each for each in window.findChildren(QWidget) if type(each).__name__ == "_Ring" and each.isVisible()]
    return [each.parentWidget() for each in shown]


def test_exactly_one_focus_ring_after_any_number_of_tabs_and_none_after_a_click(window, qtbot):
    page = window.start_page
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    page.demo_button.setFocus()
    for _ in range(5):
        qtbot.keyClick(window.focusWidget(), Qt.Key.Key_Tab)
        assert rings(window) == [window.focusWidget()]
    click_in(window, window.focusWidget(), qtbot)
    assert rings(window) == []


def test_enter_opens_a_recent_campaign_and_the_focus_goes_to_the_step_that_is_shown(window, bare_campaign_path, qtbot):
    window.settings.remember(Recent(str(bare_campaign_path), "Bare campaign", 0, 0, "2026-11-28T09:00:00"))
    window._show_start()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    window.start_page.open_button.setFocus()
    qtbot.keyClick(window.focusWidget(), Qt.Key.Key_Tab)
    qtbot.keyClick(window.focusWidget(), Qt.Key.Key_Return)
    dialog = window.findChild(PassphraseDialog)
    qtbot.keyClicks(dialog.field, "open sesame")
    qtbot.keyClick(dialog.field, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: window.campaign is not None, timeout=10_000)
    assert window.focusWidget() is window.workspace.rail.buttons["data"]


def test_enter_presses_the_focused_button_of_a_dialog_and_not_the_first_choice(window, qtbot):
    window.new_campaign()
    dialog = window.findChild(NewCampaignDialog)
    dialog._show_step(1)
    dialog.back_button.setFocus()
    qtbot.keyClick(dialog.back_button, Qt.Key.Key_Return)
    assert dialog.steps.currentIndex() == 0
    assert not dialog.form.asked
    dialog.reject()


def nameless_controls(window, qtbot):
    """Return the visible controls of all pages that assistive technology could not name."""
    found = []
    for step in window.workspace.rail.buttons:
        window.workspace.show_step(step)
        qtbot.waitUntil(lambda: not any(queue.is_busy for queue in window.findChildren(JobQueue)), timeout=30_000)
        for control in (*window.findChildren(QAbstractButton), *window.findChildren(QLineEdit)):
            own = control.isVisible() and not control.objectName().startswith("qt_")
            if own and not (control.accessibleName() or control.text()):
                found.append((step, control, control.parent()))
    return found


def test_every_control_of_the_empty_states_has_a_name_for_assistive_technology(opened, qtbot):
    assert nameless_controls(opened, qtbot) == []


def test_making_the_demo_can_be_cancelled_within_a_second_and_leaves_nothing(window, qtbot, tmp_path, monkeypatch):
    monkeypatch.setenv("SEMBLANCE_DATA", str(tmp_path / "data"))
    qtbot.mouseClick(window.start_page.demo_button, CLICK)
    assert not window.start_page.demo_button.isEnabled()
    qtbot.waitUntil(lambda: window.job_bar.bar.value() > 20, timeout=60_000)
    began = time.process_time()  # what others do on the machine meanwhile does not count
    with qtbot.waitSignal(window.jobs.emptied, timeout=20_000):
        qtbot.mouseClick(window.job_bar.cancel_button, CLICK)
    assert time.process_time() - began < 1.0
    assert list((tmp_path / "data").iterdir()) == []
    assert window.campaign is None
    assert window.start_page.demo_button.isEnabled()


def test_demo_is_made_opened_and_remembered(settings, qtbot, demo_campaign_path, tmp_path, monkeypatch):
    import shutil

    monkeypatch.setenv("SEMBLANCE_DATA", str(tmp_path))
    shutil.copy(demo_campaign_path, tmp_path / "demo.semblance")
    window = MainWindow(settings)
    qtbot.addWidget(window)
    window.show()
    qtbot.mouseClick(window.start_page.demo_button, CLICK)
    qtbot.waitUntil(lambda: window.campaign is not None, timeout=30_000)
    assert window.workspace.rail.head.kind.text() == "Demo, simulated data"
    assert window.windowTitle() == f"{window.campaign.name} (demo, simulated data) - Semblance"
    assert window.workspace.rail.buttons["data"].mark_says == "done"
    assert window.settings.recents[0].is_demo
    assert window.settings.recents[0].customers == 2_000
    assert nameless_controls(window, qtbot) == []
    window.close()
    assert not window.isVisible()
