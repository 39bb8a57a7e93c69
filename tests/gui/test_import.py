"""The import in the window: a Hungarian operator's files recognised, corrected by hand, judged and read."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtWidgets import QFileDialog

from engine import columns
from engine.demo import DemoOperator, simulate_operator
from engine.logs import ImportPlan, load_plan
from gui.import_view import ImportView
from gui.main_window import MainWindow
from gui.new_campaign_dialog import NewCampaignDialog
from gui.rejects_dialog import RejectsDialog
from gui.short_table import ShortTable
from gui.widgets import Button, Choice, Label
from tests.gui.hungarian_delivery import write_hungarian

CLICK = Qt.MouseButton.LeftButton


@pytest.fixture(scope="module")
def operator(tmp_path_factory: pytest.TempPathFactory) -> DemoOperator:
    operator = simulate_operator(tmp_path_factory.mktemp("simulated") / "delivery", customers=600, seed=3)
    for folder in (operator.inventory, operator.photos):
        for photo in sorted(folder.iterdir())[4:]:
            photo.unlink()
    return operator


@pytest.fixture
def hungarian(operator: DemoOperator, tmp_path: Path) -> Path:
    return write_hungarian(operator, tmp_path / "szallitas")


@pytest.fixture
def view(qtbot) -> ImportView:
    view = ImportView()
    qtbot.addWidget(view)
    view.resize(1200, 700)
    view.show()
    yield view
    view.give_up()


def drop(target, *paths: Path) -> None:
    """Drop files and folders as a file manager does."""
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    buttons, keys = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    target.dropEvent(QDropEvent(QPointF(20, 20), Qt.DropAction.CopyAction, data, buttons, keys))


def settled(view: ImportView, qtbot) -> None:
    qtbot.waitUntil(lambda: not view.is_busy, timeout=20_000)


def place_of(view: ImportView, name: str) -> int:
    return next(at for at, each in enumerate(view.judged) if each.file.source.name == name)


def kinds(plan: ImportPlan) -> dict[str, str | None]:
    return {file.source.name: file.kind for file in plan.files}


def correct_customers(view: ImportView, qtbot) -> None:
    """Say what the customer list is, and which of its columns is the town."""
    at = place_of(view, "torzs.csv")
    view.kind_choice(at).choose("customers")
    settled(view, qtbot)
    town = next(n for n, each in enumerate(view.judged[at].file.columns) if each.name == "megjegyzés")
    view.mapping.role_choice(town).choose(columns.RESIDENCE)
    settled(view, qtbot)


def test_hungarian_files_are_imported_with_a_corrected_mapping(
    window: MainWindow, operator: DemoOperator, hungarian: Path, qtbot
):
    drop(window, hungarian, operator.inventory, operator.photos)
    dialog = window.findChild(NewCampaignDialog)
    view = dialog.logs
    settled(view, qtbot)
    assert {each.file.encoding for each in view.judged} == {"cp1250"}
    assert {each.file.delimiter for each in view.judged} == {";"}
    assert view.judged[place_of(view, "ajanlatok.csv")].file.decimal == ","
    assert kinds(view.plan)["hivasok_2026.csv"] == "calls"
    assert not dialog.go_on_button.isEnabled()

    at = place_of(view, "torzs.csv")
    assert view.judged[at].file.confidence < 0.6
    view.kind_choice(at).choose("usage")
    settled(view, qtbot)
    assert "torzs.csv has no column for: time." in dialog.summary.accessibleName()
    assert "No customer list is there." in {label.text()[:26] for label in view.left.findChildren(Label)}
    view.kind_choice(at).choose("customers")
    settled(view, qtbot)
    assert "torzs.csv has no column for: residence." in dialog.summary.accessibleName()
    assert view.table.cell(at, 4).text == "Incomplete"
    assert "residence" in view.mapping.notice.text
    correct_customers(view, qtbot)
    assert view.judged[at].preview.rejected == 0
    assert view.mapping.verdict.text() == "Of the first 600 rows, all can be used."
    last = place_of(view, "kampany.csv")
    assert view.table.cell(last, 4).text == "Ready"
    view.kind_choice(last).choose("")
    settled(view, qtbot)
    assert view.table.cell(last, 4).text == "Left out"
    assert dialog.summary.accessibleName() == ""

    qtbot.mouseClick(dialog.go_on_button, CLICK)
    assert dialog.files.places == {"inventory": operator.inventory, "photos": operator.photos}
    qtbot.keyClicks(dialog.form.target, str(hungarian / "osz"))
    qtbot.keyClicks(dialog.form.passphrase, "four long plain words")
    qtbot.keyClicks(dialog.form.repeat, "four long plain words")
    qtbot.mouseClick(dialog.make_button, CLICK)
    qtbot.waitUntil(lambda: window.campaign is not None or dialog.isVisible(), timeout=120_000)
    assert window.campaign is not None, dialog.wrong.text
    table = window.workspace.page("data").files.table
    shown = {table.cell(at, 0).text: table.cell(at, 2).text for at in range(table.row_count)}
    assert shown == {"hivasok_2026.csv": table.cell(0, 2).text, "torzs.csv": "600", "ajanlatok.csv": "3"}
    assert int(table.cell(0, 2).text.replace(",", "")) > 10_000
    assert [table.cell(at, 1).text for at in range(3)] == ["Calls", "Customers", "Offers"]
    reasons = window.workspace.page("data").rejects.table
    aside = sum(int(table.cell(at, 3).text) for at in range(table.row_count))
    assert aside == sum(int(reasons.cell(at, 1).text) for at in range(reasons.row_count)) < 20
    qtbot.waitUntil(lambda: window.findChild(NewCampaignDialog) is None)


def test_wrong_role_shows_at_once_what_would_be_rejected(view: ImportView, hungarian: Path, qtbot):
    view.take_paths([hungarian / "hivasok_2026.csv"])
    settled(view, qtbot)
    mapping = view.mapping
    assert mapping.verdict.text() == "Of the first 1,200 rows, all can be used."
    mapping.role_choice(1).choose(columns.TIME)
    settled(view, qtbot)
    assert mapping.role_choice(2).chosen == "", "one column plays a role"
    assert "1,200 would be set aside" in mapping.verdict.text()
    assert mapping.reasons.cell(0, 1).text == "1,200"
    assert mapping.reasons.cell(0, 2).text.startswith("000")
    assert "called" in mapping.notice.text
    mapping.role_choice(2).choose(columns.TIME)
    mapping.role_choice(1).choose(columns.CALLEE)
    settled(view, qtbot)
    assert mapping.verdict.text() == "Of the first 1,200 rows, all can be used."
    assert not mapping.notice.isVisible()


def test_dialect_is_corrected_by_its_drop_downs(view: ImportView, hungarian: Path, qtbot):
    view.take_paths([hungarian / "hivasok_2026.csv"])
    settled(view, qtbot)
    dialect = view.mapping.dialect
    assert dialect.form.chosen == "%Y.%m.%d. %H:%M:%S"
    dialect.encoding.choose("latin-1")
    settled(view, qtbot)
    assert view.judged[0].file.encoding == "latin-1"
    dialect.delimiter.choose(",")
    settled(view, qtbot)
    assert len(view.judged[0].file.columns) == 1
    assert view.table.cell(0, 4).text == "Incomplete"
    dialect.delimiter.choose(";")
    dialect.encoding.choose("cp1250")
    settled(view, qtbot)
    assert view.table.cell(0, 4).text == "Ready"


def test_lines_above_a_table_and_a_clock_in_its_own_column_are_shown_and_corrected(view: ImportView, tmp_path, qtbot):
    rows = [f"0630123456{n};0620987654{n};2026.01.1{n}.;1{n}:05:00;60;B1;SM-G991B" for n in range(9)]
    header = "Hívó;Hívott;Dátum;Időpont;Hossz;Cella;Készülék"
    text = "\n".join(["Velmo havi jelentés", "Készült: 2026.02.01.", "", header, *rows, ""])
    (tmp_path / "hivasok.csv").write_text(text, encoding="cp1250")
    view.take_paths([tmp_path / "hivasok.csv"])
    settled(view, qtbot)
    mapping = view.mapping
    assert mapping.verdict.text() == "Lines above the table, left out: 3. Of the first 9 rows, all can be used."
    assert mapping.dialect.start.currentText() == "Line 4"
    assert [mapping.role_choice(place).currentText() for place in (2, 3)] == ["Day", "Time of day"]
    mapping.dialect.start.choose("0")
    settled(view, qtbot)
    assert len(view.judged[0].file.columns) == 1
    mapping.dialect.start.choose("3")
    settled(view, qtbot)
    assert view.judged[0].file.place(columns.CLOCK) == 3
    mapping.role_choice(3).choose("")
    settled(view, qtbot)
    assert view.judged[0].file.place(columns.CLOCK) is None


def test_unknown_file_waits_for_a_word_and_can_be_left_out(view: ImportView, hungarian: Path, qtbot):
    view.take_paths([hungarian / "jegyzet.csv"])
    settled(view, qtbot)
    assert view.table.cell(0, 4).text == "Unknown"
    assert view.mapping.notice.text == "Not recognised: choose what it holds, or leave it out."
    view.mapping.kind.choose("")
    settled(view, qtbot)
    assert view.table.cell(0, 4).text == "Left out"
    assert view.plan.files == ()


def test_saved_plan_brings_files_and_corrections_back(view: ImportView, hungarian: Path, qtbot):
    view.take_paths([hungarian])
    settled(view, qtbot)
    correct_customers(view, qtbot)
    view.save_plan_to(hungarian / "plan.toml")
    settled(view, qtbot)
    before = view.plan
    assert kinds(load_plan(hungarian / "plan.toml")) == kinds(before)
    other = ImportView()
    qtbot.addWidget(other)
    other.open_plan(hungarian / "plan.toml")
    settled(other, qtbot)
    assert other.plan == before
    assert other.hindrance() == ""


def test_file_that_is_no_table_is_told_and_keeps_no_other_out(view: ImportView, hungarian: Path, qtbot):
    picture = hungarian / "terkep.csv"
    picture.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(1000))
    view.take_paths([picture, hungarian / "kampany.csv"])
    settled(view, qtbot)
    assert "terkep.csv is not a table" in view.unread.text
    assert kinds(view.plan) == {"kampany.csv": "history"}


def test_many_rejects_are_asked_about_before_the_campaign_is_made(
    window: MainWindow, operator: DemoOperator, hungarian: Path, tmp_path: Path, qtbot, monkeypatch
):
    history = hungarian / "kampany.csv"
    lines = history.read_text(encoding="cp1250").splitlines()
    broken = [line[:-1] + "talán" if number % 12 == 1 else line for number, line in enumerate(lines)]
    history.write_text("\n".join(broken) + "\n", encoding="cp1250")
    window.desk.new_campaign_from([hungarian, operator.inventory, operator.photos])
    dialog = window.findChild(NewCampaignDialog)
    settled(dialog.logs, qtbot)
    correct_customers(dialog.logs, qtbot)
    assert dialog.logs.table.cell(place_of(dialog.logs, "kampany.csv"), 4).text == "8\u00a0% aside"
    qtbot.mouseClick(dialog.go_on_button, CLICK)
    qtbot.keyClicks(dialog.form.target, str(hungarian / "osz"))
    qtbot.keyClicks(dialog.form.passphrase, "four long plain words")
    qtbot.keyClicks(dialog.form.repeat, "four long plain words")
    qtbot.mouseClick(dialog.make_button, CLICK)
    qtbot.waitUntil(lambda: window.findChild(RejectsDialog) is not None, timeout=60_000)
    question = window.findChild(RejectsDialog)
    assert not (hungarian / "osz.semblance").exists()
    qtbot.mouseClick(question.look_button, CLICK)
    assert question.rows.isVisible()
    assert question.rows.table.cell(0, 2).text.endswith("talán")
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *args: (str(tmp_path / "aside.csv"), ""))
    with qtbot.waitSignal(window.jobs.emptied):
        qtbot.mouseClick(question.rows.save, CLICK)
    saved = (tmp_path / "aside.csv").read_text(encoding="utf-8").splitlines()
    assert sum(line.split(",")[2] == '"válasz"' for line in saved) > 40, "the column is told as the file calls it"
    qtbot.mouseClick(question.cancel_button, CLICK)
    assert dialog.isVisible(), "what was given is still there"
    assert dialog.form.target.text() == str(hungarian / "osz")
    assert dialog.logs.plan.of_kind("customers")
    dialog.reject()


def test_mapping_is_corrected_by_keys_and_every_control_has_a_name(view: ImportView, hungarian: Path, qtbot):
    view.take_paths([hungarian / "hivasok_2026.csv"])
    settled(view, qtbot)
    for control in (*view.findChildren(Choice), *view.findChildren(Button), *view.findChildren(ShortTable)):
        assert control.accessibleName(), control
    assert view.mapping.role_choice(1).accessibleName() == "What the column hívott szám is"
    assert view.mapping.table.isColumnHidden(3) == (view.mapping.width() < 600)
    view.resize(980, 500)
    qtbot.waitUntil(lambda: view.mapping.table.isColumnHidden(3))
    assert view.mapping.role_choice(0).toolTip() == "Sure, 1.00 of 1", "where there is no room for it beside"
    view.activateWindow()
    first, second = view.mapping.role_choice(0), view.mapping.role_choice(1)
    first.setFocus()
    qtbot.keyClick(first, Qt.Key.Key_Tab)
    assert view.focusWidget() is second
    before = second.chosen
    qtbot.keyClick(second, Qt.Key.Key_Up)
    settled(view, qtbot)
    assert view.judged[0].file.columns[1].role != before
    assert view.focusWidget() is second, "the keyboard stays where it was"


def test_campaign_that_cannot_be_made_leads_back_to_what_was_given(
    window: MainWindow, operator: DemoOperator, hungarian: Path, qtbot
):
    window.desk.new_campaign_from([hungarian, operator.inventory, operator.photos])
    dialog = window.findChild(NewCampaignDialog)
    settled(dialog.logs, qtbot)
    correct_customers(dialog.logs, qtbot)
    qtbot.mouseClick(dialog.go_on_button, CLICK)
    qtbot.keyClicks(dialog.form.target, str(hungarian / "osz"))
    qtbot.keyClicks(dialog.form.passphrase, "four long plain words")
    qtbot.keyClicks(dialog.form.repeat, "four long plain words")
    (hungarian / "torzs.csv").unlink()
    qtbot.mouseClick(dialog.make_button, CLICK)
    qtbot.waitUntil(dialog.wrong.isVisible, timeout=60_000)
    assert "torzs.csv" in dialog.wrong.text
    assert dialog.form.passphrase.text() == "four long plain words"
    assert list(hungarian.glob("*.semblance")) == []
    dialog.reject()


def test_times_of_utc_ask_for_the_time_zone(view: ImportView, tmp_path: Path, qtbot):
    calls = tmp_path / "calls.csv"
    rows = [f"0012345{number},0067890{number},{1767605000 + number},60,SM-G991B" for number in range(50)]
    calls.write_text("\n".join(["caller,callee,time,seconds,phone_type", *rows]) + "\n", encoding="utf-8")
    view.take_paths([calls])
    settled(view, qtbot)
    zone = view.mapping.dialect.zone
    assert zone.isVisible()
    assert zone.chosen == ""
    zone.choose("Europe/Budapest")
    settled(view, qtbot)
    assert view.plan.time_zone == "Europe/Budapest"
    assert view.table.cell(0, 4).text == "Ready"
