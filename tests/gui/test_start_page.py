"""The start page: what can be pressed, and what is remembered."""

import pytest
from PySide6.QtCore import Qt

from gui.settings import Recent, Settings
from gui.start_page import StartPage

RECENT = Recent("/nowhere/spring.semblance", "Spring upgrade", 20_000, 6_412, "2026-01-05T10:00:00", is_demo=True)


@pytest.fixture
def page(qtbot):
    page = StartPage()
    qtbot.addWidget(page)
    page.resize(1440, 900)
    page.show()
    return page


@pytest.mark.parametrize(
    ("button", "signal"),
    [("demo_button", "demo_wanted"), ("new_button", "new_wanted"), ("open_button", "open_wanted")],
)
def test_each_action_is_told(page, qtbot, button, signal):
    with qtbot.waitSignal(getattr(page, signal)):
        qtbot.mouseClick(getattr(page, button), Qt.MouseButton.LeftButton)


def test_keyboard_reaches_the_actions_in_order(page, qtbot):
    page.demo_button.setFocus()
    for button in (page.new_button, page.open_button):
        page.window().focusNextChild()
        assert page.focusWidget() is button
    with qtbot.waitSignal(page.open_wanted):
        qtbot.keyClick(page.open_button, Qt.Key.Key_Space)


def test_without_recents_the_list_is_left_out(page):
    page.set_recents(())
    assert not page.recent_title.isVisible()
    assert page.recent_buttons == []


def test_recent_campaign_names_its_counts_and_opens_by_click(page, qtbot):
    page.set_recents((RECENT,))
    assert page.recent_title.isVisible()
    button = page.recent_buttons[0]
    assert button.accessibleName().startswith("Spring upgrade. 20,000 customers, 6,412 with an offer.")
    with qtbot.waitSignal(page.recent_wanted) as told:
        qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert told.args == [RECENT]


def test_page_says_the_passphrase_of_the_demo(page):
    assert "Its passphrase is demo." in page.note.text()


def test_while_a_campaign_opens_nothing_else_can_be_opened(page):
    page.set_recents((RECENT,))
    page.set_busy("Making the demo campaign")
    assert page.note.text() == "Making the demo campaign. The bar below shows how far it is."
    assert not page.demo_button.isEnabled()
    assert not page.recent_buttons[0].isEnabled()
    page.set_busy("")
    assert page.demo_button.isEnabled()


def test_every_action_is_inside_the_smallest_window(page, qtbot):
    page.set_recents((RECENT,) * 5)
    page.resize(1024, 640)
    qtbot.wait(20)
    for button in (page.demo_button, page.new_button, page.open_button, page.recent_buttons[0]):
        place = button.rect().translated(button.mapTo(page, button.rect().topLeft()))
        assert page.rect().contains(place)
        assert button.width() >= button.minimumSizeHint().width()


def test_recents_are_kept_newest_first_without_doubles_and_without_lost_files(tmp_path):
    settings = Settings(tmp_path / "settings.ini")
    paths = [tmp_path / f"{number}.semblance" for number in range(7)]
    for path in paths:
        path.touch()
        settings.remember(Recent(str(path), path.stem, 1, 1, "2026-01-05T10:00:00"))
    settings.remember(Recent(str(paths[4]), "4", 1, 1, "2026-01-06T10:00:00"))
    assert [recent.name for recent in settings.recents] == ["4", "6", "5", "3", "2"]
    paths[6].unlink()
    again = Settings(tmp_path / "settings.ini")
    assert [recent.name for recent in again.recents] == ["4", "5", "3", "2"]


def test_damaged_settings_are_as_no_settings(tmp_path):
    file = tmp_path / "settings.ini"
    file.write_text("[look]\nscheme=purple\n[campaigns]\nrecent=[{broken\n")
    settings = Settings(file)
    assert settings.scheme == "system"
    assert settings.recents == ()
