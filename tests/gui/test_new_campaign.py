"""A new campaign: files recognised by their header, what is wrong said in place, and what comes out."""

from pathlib import Path

import pytest
from PySide6.QtCore import Qt

from gui.campaign_files import CampaignFiles, recognise, sort_dropped, strength
from gui.new_campaign_dialog import NewCampaignDialog

HEADERS = {
    "calls": "caller,callee,time,seconds,cell,phone_type",
    "usage": "customer;time;phone_type;megabytes;category",
    "customers": "\ufeffcustomer,first_name,residence,birth_year,photo_consent",
    "offers": "offer,name,maker,margin,cost",
    "history": "customer,offer,outcome",
}


@pytest.fixture
def delivery(tmp_path: Path) -> dict[str, Path]:
    paths = {part: tmp_path / f"{part}.csv" for part in HEADERS}
    for part, header in HEADERS.items():
        paths[part].write_text(header + "\n1\n", encoding="utf-8")
    for name in ("inventory", "customers_photos"):
        folder = tmp_path / name
        folder.mkdir()
        (folder / "018204.jpg").write_bytes(b"jpeg")
    return paths | {"inventory": tmp_path / "inventory", "photos": tmp_path / "customers_photos"}


@pytest.fixture
def dialog(qtbot):
    dialog = NewCampaignDialog()
    qtbot.addWidget(dialog)
    dialog.show()
    return dialog


@pytest.mark.parametrize("part", HEADERS)
def test_file_is_recognised_by_its_columns(delivery, part):
    assert recognise(delivery[part]) == part


def test_file_with_other_columns_is_not_recognised(tmp_path):
    other = tmp_path / "notes.csv"
    other.write_text("subject,text\n")
    assert recognise(other) is None
    assert recognise(tmp_path / "missing.csv") is None


def test_dropped_delivery_finds_its_places(delivery, tmp_path):
    second = tmp_path / "calls_2.csv"
    second.write_text(HEADERS["calls"])
    files = CampaignFiles()
    assert sort_dropped([*delivery.values(), second], files) == []
    assert files.chosen("calls") == (delivery["calls"], second)
    for part in ("usage", "customers", "offers", "history", "inventory", "photos"):
        assert files.chosen(part) == (delivery[part],)


def test_what_is_missing_is_said_beside_its_field_only_after_asking(dialog, qtbot):
    assert not dialog.rows["calls"].wrong.isVisible()
    qtbot.mouseClick(dialog.make_button, Qt.MouseButton.LeftButton)
    assert dialog.isVisible()
    assert dialog.rows["calls"].wrong.text() == "Choose at least one file of call records."
    assert dialog.rows["passphrase"].wrong.text() == "Choose at least 8 characters."
    assert not dialog.rows["usage"].wrong.text()
    assert dialog.summary.text()


def test_complete_dialog_hands_over_the_campaign(dialog, delivery, tmp_path, qtbot):
    dialog.take_paths(list(delivery.values()))
    qtbot.keyClicks(dialog.target, str(tmp_path / "autumn"))
    qtbot.keyClicks(dialog.passphrase, "four long plain words")
    qtbot.keyClicks(dialog.repeat, "four long plain word")
    qtbot.mouseClick(dialog.make_button, Qt.MouseButton.LeftButton)
    assert dialog.rows["repeat"].wrong.text() == "The two passphrases differ. Type the same one twice."
    qtbot.keyClicks(dialog.repeat, "s")
    assert dialog.rows["repeat"].wrong.text() == ""
    dialog.template.setCurrentIndex(2)
    with qtbot.waitSignal(dialog.wanted) as told:
        qtbot.mouseClick(dialog.make_button, Qt.MouseButton.LeftButton)
    new = told.args[0]
    assert new.name == "autumn"
    assert new.path == tmp_path / "autumn.semblance"
    assert new.calls == (delivery["calls"],)
    assert new.history == delivery["history"]
    assert new.template == "cut"
    assert not dialog.isVisible()


def test_unrecognised_file_is_named(dialog, tmp_path):
    other = tmp_path / "notes.csv"
    other.write_text("subject,text\n")
    dialog.take_paths([other])
    assert "notes.csv" in dialog.lead.text()


def test_wrong_choices_each_get_their_sentence(delivery, tmp_path):
    empty = tmp_path / "empty.csv"
    empty.touch()
    bare = tmp_path / "bare"
    bare.mkdir()
    taken = tmp_path / "taken.semblance"
    taken.touch()
    files = CampaignFiles()
    sort_dropped(list(delivery.values()), files)
    files.choose("customers", (empty,))
    files.choose("offers", (tmp_path / "gone.csv",))
    files.choose("inventory", (bare,))
    files.target = str(taken)
    problems = files.problems()
    assert problems["customers"] == "empty.csv is empty. Choose another file."
    assert problems["offers"] == "gone.csv is not there any more. Choose it again."
    assert problems["inventory"] == "There is no photo in bare. Choose the folder that holds them."
    assert problems["target"] == "taken.semblance is there already. Choose another name."
    files.target = str(tmp_path / "nowhere" / "x")
    assert "nowhere" in files.problems()["target"]


@pytest.mark.parametrize(
    ("passphrase", "expected"),
    [
        ("demo", "short"), ("aaaaaaaaaaaa", "weak"), ("password", "weak"), ("correct horse", "fair"),
        ("correct horse battery", "strong"), ("xK4!mmQ2.pLw", "strong"),
    ],
)  # fmt: skip
def test_strength_grows_with_length_and_variety(passphrase, expected):
    assert strength(passphrase) == expected
