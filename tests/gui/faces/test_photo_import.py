"""Campaign photos and their rights are added by dropping them on the page."""

from dataclasses import replace
from datetime import date

from PySide6.QtCore import QDate, Qt
from PySide6.QtWidgets import QApplication

from engine.campaign import PhotoRights
from engine.inventory import MatchSettings, match_settings
from engine.inventory.rights import territory_name
from gui.faces_jobs import rights_job
from gui.limits_dialog import LimitsDialog
from gui.photo_report import PhotoReport
from gui.rights_dialog import RightsDialog, alike, words_of
from tests.gui.faces.conftest import PATIENCE


def opened(kind):
    return next(each for each in QApplication.topLevelWidgets() if isinstance(each, kind) and each.isVisible())


def cells(report):
    model = report.table.model()
    return [tuple(model.data(model.index(line, place)) for place in (0, 1)) for line in range(model.rowCount())]


def test_a_dropped_folder_is_read_and_what_is_refused_says_why(page, qtbot, campaign, tmp_path):
    folder = tmp_path / "autumn"
    folder.mkdir()
    stored = campaign.photo(campaign.customer_photo(page.data.customers[2]).key)
    (folder / "new face.jpg").write_bytes(stored.jpeg)
    (folder / "same again.jpg").write_bytes(stored.jpeg)
    (folder / "broken.jpg").write_bytes(stored.jpeg[:900])
    with qtbot.waitSignal(page.changed, timeout=PATIENCE):
        page.take_paths([str(folder)])
    assert "new face.jpg" in campaign.photo_keys("inventory")
    report = opened(PhotoReport)
    told = dict(cells(report))
    assert "broken.jpg is damaged" in told["broken.jpg"]
    assert told["same again.jpg"] == "The same picture as new face.jpg."
    report.accept()
    campaign.inventory.remove(["new face.jpg"])


def test_a_table_of_rights_is_read_and_rights_are_edited_for_the_selected(page, qtbot, campaign, tmp_path):
    first, second = page.data.photos[0].key, page.data.photos[1].key
    table = tmp_path / "rights.csv"
    table.write_text(f"photo,release,expires\n{first},yes,2031-05-04\nelsewhere.jpg,yes,2031-05-04\n", encoding="utf-8")
    with qtbot.waitSignal(page.changed, timeout=PATIENCE):
        page.take_paths([str(table)])
    report = opened(PhotoReport)
    told = cells(report)
    assert told[0] == ("The table", "Counts for 1 photos.")
    assert ("elsewhere.jpg", "In the table, but not among the photos.") in told
    report.accept()
    page.inventory.grid.select_photo(second)
    qtbot.mouseClick(page.inventory.rights, Qt.MouseButton.LeftButton)
    dialog = opened(RightsDialog)
    dialog.release.choose("no")
    dialog.tags.setText("summer; outdoors, summer")
    dialog.ends.setChecked(True)
    dialog.day.setDate(QDate(2030, 6, 30))
    with qtbot.waitSignal(page.changed, timeout=PATIENCE):
        qtbot.mouseClick(dialog.keep_button, Qt.MouseButton.LeftButton)
    kept = campaign.inventory.rights([second])[second]
    assert (kept.release, kept.tags, kept.expires_on.isoformat()) == ("no", ("summer", "outdoors"), "2030-06-30")
    assert second not in {match.photo for match in campaign.matches(page.customer)}
    campaign.erase_document("rights_table")


def test_a_tag_for_several_photos_leaves_each_its_own_release_expiry_and_territories(page, qtbot, campaign):
    first, second = page.data.photos[0].key, page.data.photos[1].key
    one = PhotoRights(first, "no", ("HU",), date(2031, 5, 4), ("winter",))
    other = PhotoRights(second, "yes", ("AT",), None, ())
    assert alike([one, other]) == {}
    assert alike([one, replace(other, territories=("HU",))]) == {"territories": ("HU",)}
    assert words_of(" HU, AT ;HU ") == ("HU", "AT")
    campaign.inventory.set_rights([one, other])
    dialog = RightsDialog([first, second], {first: one, second: other})
    qtbot.addWidget(dialog)
    assert dialog.changes == {}
    assert (dialog.release.currentText(), dialog.tags.placeholderText()) == ("Different, stays so",) * 2
    told = []
    dialog.told.connect(lambda photos, changes: told.append((photos, changes)))
    dialog.tags.setText("summer")
    dialog.keep_button.click()
    assert told == [([first, second], {"tags": ("summer",)})]
    rights_job(campaign, *told[0]).run()
    kept = campaign.inventory.rights([first, second])
    assert kept == {first: replace(one, tags=("summer",)), second: replace(other, tags=("summer",))}


def test_territories_are_written_in_one_way_offered_and_filtered_by(page, qtbot, campaign):
    assert [territory_name(text) for text in (" hu", "HUNGARY", "south  tyrol", "South Tyrol")] == [
        "HU", "Hungary", "South Tyrol", "South Tyrol",
    ]  # fmt: skip
    first, second, third = (photo.key for photo in page.data.photos[:3])
    assert not page.inventory.territory.isVisible()
    dialog = RightsDialog([first], {second: PhotoRights(second, "yes", ("AT", "HU"))})
    qtbot.addWidget(dialog)
    completer = dialog.territories.completer()
    completer.setCompletionPrefix("DE, a")
    assert [completer.completionModel().index(row, 0).data() for row in range(completer.completionCount())] == ["AT"]
    qtbot.keyClicks(dialog.territories, "hu, Hu;at")
    completer.popup().hide()
    assert dialog.changes == {"territories": ("HU", "AT")}
    campaign.inventory.set_rights([PhotoRights(first, "yes", ("HU",)), PhotoRights(second, "yes", ("AT",))])
    with qtbot.waitSignal(page.pictured, timeout=PATIENCE):
        page.set_campaign(campaign, page._results)
    chosen = page.inventory.territory
    assert [chosen.itemText(at) for at in range(chosen.count())] == ["Everywhere", "AT", "HU"]
    chosen.choose("AT")
    shown = [photo.key for photo in page.inventory.grid.photos.photos]
    assert first not in shown and {second, third} <= set(shown)
    page.inventory.show_everything()
    assert chosen.chosen == "" and len(page.inventory.grid.photos.photos) == len(page.data.photos)


def test_limits_are_kept_and_match_everybody(page, qtbot, campaign):
    qtbot.mouseClick(page.weights.limits, Qt.MouseButton.LeftButton)
    dialog = opened(LimitsDialog)
    dialog.limited.setChecked(True)
    dialog.most.lineEdit().selectAll()
    qtbot.keyClicks(dialog.most, "2")
    assert dialog.most.lineEdit().width() > 60  # there is room to read it
    dialog.territory.setText(" hu ")
    with qtbot.waitSignal(page.changed, timeout=PATIENCE):
        qtbot.mouseClick(dialog.keep_button, Qt.MouseButton.LeftButton)
    assert match_settings(campaign) == MatchSettings(most_ads=2, territory="HU")
