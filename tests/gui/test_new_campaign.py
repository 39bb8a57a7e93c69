"""A new campaign: logs first, then the rest; what is wrong said in place, and what comes out."""

import threading
from pathlib import Path

import pytest
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog

import gui.campaign_files
from gui.campaign_files import CampaignFiles, looking_job, strength, take_photos
from gui.new_campaign_dialog import NewCampaignDialog

FILES = {
    "calls": "caller,callee,time,seconds,cell,phone_type\n001,002,2026-01-05 10:00:00,60,BUD-001,SM-G991B\n",
    "customers": "customer,residence,birth_year\n001,Győr,1980\n002,Pécs,1990\n",
    "offers": "offer,margin,cost\nsamsung-5g,12000,300\n",
}


@pytest.fixture
def delivery(tmp_path: Path) -> Path:
    """A folder with logs, and in it the folders with photos."""
    folder = tmp_path / "delivery"
    for name in ("inventory", "customers_photos"):
        (folder / name).mkdir(parents=True)
        (folder / name / "018204.jpg").write_bytes(b"jpeg")
    for kind, text in FILES.items():
        (folder / f"{kind}.csv").write_text(text, encoding="utf-8")
    return folder


@pytest.fixture
def dialog(qtbot):
    dialog = NewCampaignDialog()
    qtbot.addWidget(dialog)
    dialog.show()
    yield dialog
    dialog.reject()


def test_dropped_folders_of_photos_find_their_places(delivery, tmp_path):
    places = {}
    assert take_photos([delivery], places) == [delivery]
    assert places == {"inventory": delivery / "inventory", "photos": delivery / "customers_photos"}
    other = tmp_path / "faces"
    other.mkdir()
    (other / "a.jpg").write_bytes(b"jpeg")
    (other / "list.csv").write_text("a,b")
    assert take_photos([other, delivery / "calls.csv"], places) == [delivery / "calls.csv"]
    assert places["photos"] == other


def test_logs_come_first_and_their_lack_is_said_at_the_button(dialog):
    assert not dialog.go_on_button.isEnabled()
    assert dialog.go_on_button.accessibleDescription() == "Choose the files first."
    assert dialog.summary.accessibleName() == "Choose the files first."
    assert not dialog.make_button.isVisible()


def test_what_is_missing_is_said_beside_its_field_only_after_asking(dialog, delivery, qtbot):
    dialog.take_paths([delivery / f"{kind}.csv" for kind in FILES])
    qtbot.waitUntil(dialog.go_on_button.isEnabled)
    qtbot.mouseClick(dialog.go_on_button, Qt.MouseButton.LeftButton)
    rows = dialog.form.rows
    assert not rows["inventory"].wrong.isVisible()
    assert dialog.summary.accessibleName() == ""
    dialog.resize(976, 616)  # in the smallest window
    places = {part: row.mapTo(dialog, row.rect().topLeft()) for part, row in rows.items()}
    qtbot.mouseClick(dialog.make_button, Qt.MouseButton.LeftButton)
    assert dialog.isVisible()
    assert rows["inventory"].wrong.text() == "Choose the folder with the campaign photos."
    assert rows["passphrase"].wrong.text() == ("The passphrase is empty, so nothing would be encrypted. Choose one.")
    assert dialog.summary.accessibleName() == "Still to do: 4"
    assert dialog.focusWidget() is dialog.form.pickers["inventory"].button
    assert dialog.focusWidget().accessibleDescription() == "Choose the folder with the campaign photos."
    assert {part: row.mapTo(dialog, row.rect().topLeft()) for part, row in rows.items()} == places


def test_tab_goes_from_field_to_field_and_never_to_the_whole_form(dialog, qtbot):
    dialog._show_step(1)
    dialog.form.pickers["inventory"].setFocus()
    passed = []
    for _ in range(20):
        qtbot.keyClick(dialog.focusWidget(), Qt.Key.Key_Tab)
        passed.append(dialog.focusWidget())
    assert dialog.form not in passed
    assert dialog.form.passphrase in passed


def test_complete_dialog_hands_over_the_campaign(dialog, delivery, tmp_path, qtbot):
    dialog.take_paths([delivery])
    qtbot.waitUntil(dialog.go_on_button.isEnabled)
    qtbot.mouseClick(dialog.go_on_button, Qt.MouseButton.LeftButton)
    form = dialog.form
    qtbot.keyClicks(form.target, str(tmp_path / "autumn"))
    qtbot.keyClicks(form.passphrase, "four long plain words")
    qtbot.keyClicks(form.repeat, "four long plain word")
    qtbot.mouseClick(dialog.make_button, Qt.MouseButton.LeftButton)
    assert dialog.focusWidget() is form.repeat
    assert form.rows["repeat"].wrong.text() == "The two passphrases differ. Type the same one twice."
    qtbot.keyClicks(form.repeat, "s")
    assert form.rows["repeat"].wrong.text() == ""
    form.template.choose("cut")
    with qtbot.waitSignal(dialog.wanted) as told:
        qtbot.mouseClick(dialog.make_button, Qt.MouseButton.LeftButton)
    new = told.args[0]
    assert new.inputs.name == "autumn"
    assert new.path == tmp_path / "autumn.semblance"
    assert [file.kind for file in new.inputs.plan.files] == ["calls", "customers", "offers"]
    assert new.inputs.photos == delivery / "customers_photos"
    assert new.inputs.template == "cut"
    assert not dialog.isVisible()


def test_wrong_choices_each_get_their_sentence(delivery, tmp_path):
    bare = tmp_path / "bare"
    bare.mkdir()
    taken = tmp_path / "taken.semblance"
    taken.touch()
    files = CampaignFiles({"inventory": bare, "photos": tmp_path / "gone"}, target=str(taken), passphrase="short")
    files.wrong["inventory"] = looking_job("inventory", bare).run().wrong
    problems = files.problems()
    assert problems["photos"] == "gone is not there any more. Choose it again."
    assert problems["inventory"] == "There is no photo in bare. Choose the folder that holds them."
    assert problems["target"] == "taken.semblance is there already. Choose another name."
    assert problems["passphrase"] == ("The passphrase is too short. Choose at least 8 characters; four words are good.")
    files.target = str(tmp_path / "nowhere" / "x")
    assert "nowhere" in files.problems()["target"]
    for nameless in ("", " ", "/"):
        files.target = nameless
        assert files.problems()["target"] == "Choose where to save the campaign."


def test_folders_are_looked_into_outside_of_the_windows_thread(dialog, delivery, qtbot, monkeypatch):
    walked = set()
    real = gui.campaign_files.photo_paths

    def paths(folder):
        walked.add(threading.current_thread() is threading.main_thread())
        return real(folder)

    monkeypatch.setattr(gui.campaign_files, "photo_paths", paths)
    dialog.take_paths([delivery])
    assert not dialog.go_on_button.isEnabled()
    qtbot.waitUntil(dialog.go_on_button.isEnabled)
    dialog.form.take_place("inventory", delivery / "inventory")
    qtbot.waitUntil(lambda: not dialog.form.jobs.is_busy)
    dialog.form.asked = True
    dialog.form.passphrase.setText("typed letter by letter")
    assert walked == {False}


def test_tables_are_kept_only_if_asked_and_those_that_are_optional_are_looked_at_once(dialog, delivery, tmp_path, qtbot,
                                                                             monkeypatch):  # fmt: skip
    dialog.take_paths([delivery])
    qtbot.waitUntil(dialog.go_on_button.isEnabled)
    qtbot.mouseClick(dialog.go_on_button, Qt.MouseButton.LeftButton)
    form = dialog.form
    assert not form.keep.isChecked()
    assert "every record stays on this computer" in form.keep.accessibleDescription()
    wrong, right = tmp_path / "wrong.csv", tmp_path / "tacs.csv"
    wrong.write_text("a,b\n1,2\n", encoding="utf-8")
    right.write_text("tac,maker,model\n35000001,Zulu,Ring\n", encoding="utf-8")
    for path in (wrong, right):
        monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *args, path=path: (str(path), ""))
        qtbot.mouseClick(form.pickers["tacs"].button, Qt.MouseButton.LeftButton)
        qtbot.waitUntil(lambda: not form.jobs.is_busy)
        if path is wrong:
            assert form.rows["tacs"].wrong.text() == (
                'The table of TACs wrong.csv lacks the column "tac". Found: a, b.'
            )
    assert form.rows["tacs"].wrong.text() == ""
    qtbot.mouseClick(form.pickers["tacs"].leave_out, Qt.MouseButton.LeftButton)
    assert "tacs" not in dialog.files.places
    form.take_place("tacs", right)
    form.take_place("rights", wrong)
    qtbot.waitUntil(lambda: not form.jobs.is_busy)
    assert "has no columns “photo” and “release”" in form.rows["rights"].wrong.text()
    rights = tmp_path / "rights.csv"
    rights.write_text("photo,release\np001.jpg,yes\n", encoding="utf-8")
    form.take_place("rights", rights)
    form.keep.setFocus()
    qtbot.keyClick(form.keep, Qt.Key.Key_Space)
    qtbot.keyClicks(form.target, str(tmp_path / "autumn"))
    for field in (form.passphrase, form.repeat):
        qtbot.keyClicks(field, "four long plain words")
    with qtbot.waitSignal(dialog.wanted) as told:
        qtbot.mouseClick(dialog.make_button, Qt.MouseButton.LeftButton)
    inputs = told.args[0].inputs
    assert (inputs.tacs, inputs.rights, inputs.keep_tables) == (right, rights, True)


def test_a_logo_is_looked_at_once_and_taken(dialog, tmp_path, qtbot):
    form = dialog.form
    (tmp_path / "logo.svg").write_text("<svg xmlns='http://www.w3.org/2000/svg'/>")
    form.take_place("logo", tmp_path / "logo.svg")
    qtbot.waitUntil(lambda: not form.jobs.is_busy, timeout=10_000)
    assert "SVG" in dialog.files.problems()["logo"]
    Image.new("RGBA", (300, 100), "red").save(tmp_path / "logo.png")
    form.take_place("logo", tmp_path / "logo.png")
    qtbot.waitUntil(lambda: not form.jobs.is_busy, timeout=10_000)
    assert "logo" not in form.show_all()
    assert form.pickers["logo"].shown.text() == "logo.png"


@pytest.mark.parametrize(
    ("passphrase", "expected"),
    [
        ("demo", "short"), ("aaaaaaaaaaaa", "weak"), ("password", "weak"), ("correct horse", "fair"),
        ("correct horse battery", "strong"), ("xK4!mmQ2.pLw", "strong"),
    ],
)  # fmt: skip
def test_strength_grows_with_length_and_variety(passphrase, expected):
    assert strength(passphrase) == expected
