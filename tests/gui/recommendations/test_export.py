"""The export: which customers, how many, in which format."""

import csv
from dataclasses import replace

import pyarrow.parquet
import pytest
import python_calamine
from PySide6.QtWidgets import QFileDialog

from engine.columns import RECOMMENDATION_COLUMNS
from engine.uplift import Finding
from tests.gui.recommendations.given import CLICK, keys, settle


def test_the_export_holds_what_is_shown_in_its_order_and_repeats_the_honesty_line(shown, qtbot, tmp_path):
    qtbot.mouseClick(shown.customers.chips["xiaomi-15"], CLICK)
    path = tmp_path / "shown.csv"
    with qtbot.waitSignal(shown.queue.emptied, timeout=10_000):
        shown.exporting.save(path, shown.customers.rows)
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0]) == [*RECOMMENDATION_COLUMNS, "note"]
    assert [row["customer"] for row in rows] == keys(shown)
    assert {row["offer"] for row in rows} == {"xiaomi-15"}
    assert {row["note"] for row in rows} == {shown.honesty.accessibleName()}
    settle(shown, qtbot)


@pytest.mark.parametrize("ending", [".csv", ".parquet", ".xlsx"])
def test_the_dialog_says_how_many_go_out_before_they_do(shown, qtbot, tmp_path, monkeypatch, ending):
    qtbot.mouseClick(shown.customers.chips["xiaomi-15"], CLICK)
    path, count = tmp_path / f"out{ending}", len(shown.customers.rows)
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(path), ""))
    qtbot.mouseClick(shown.export, CLICK)
    dialog = shown.exporting.dialog
    assert dialog.export.text() == f"Export {count} customers"
    assert [radio.text() for radio in dialog.scopes] == [
        f"The {count} customers that search and filters show, in their order", "All 1,748 customers",
    ]  # fmt: skip
    places = {".csv": 0, ".parquet": 1, ".xlsx": 2}
    qtbot.mouseClick(dialog.formats.button(places[ending]), CLICK)
    with qtbot.waitSignal(shown.queue.emptied, timeout=10_000):
        qtbot.mouseClick(dialog.export, CLICK)
    note = shown.honesty.accessibleName()
    if ending == ".parquet":
        table = pyarrow.parquet.read_table(path)
        assert (table.num_rows, table.schema.metadata[b"note"].decode()) == (count, note)
    elif ending == ".xlsx":
        book = python_calamine.CalamineWorkbook.from_path(path)
        assert [row[0] for row in book.get_sheet_by_index(0).to_python()[1:]] == keys(shown)
        assert book.get_sheet_by_index(1).to_python()[0][0] == note
    else:
        with path.open(encoding="utf-8", newline="") as file:
            assert len(list(csv.DictReader(file))) == count
    settle(shown, qtbot)


def test_those_selected_go_out_alone(shown, qtbot):
    shown.customers.table.choose_place(0)
    shown.customers.table.selectAll()
    qtbot.mouseClick(shown.customers.bar.export, CLICK)
    dialog = shown.exporting.dialog
    assert dialog.scopes[0].text() == "The 1,748 customers that are selected"
    assert dialog.rows.tolist() == shown.customers.rows.tolist()
    dialog.reject()
    settle(shown, qtbot)


def test_a_red_light_goes_out_with_every_row(shown, campaign, results, qtbot, tmp_path):
    red = Finding("red", "placebo", "Shuffled among the customers, the offers show a signal in 3 of 5 trials.", 900)
    shown.set_campaign(campaign, replace(results, honesty=replace(results.honesty, findings=(red,))))
    settle(shown, qtbot)
    path = tmp_path / "red.csv"
    with qtbot.waitSignal(shown.queue.emptied, timeout=10_000):
        shown.exporting.save(path, shown.customers.rows[:5])
    with path.open(encoding="utf-8", newline="") as file:
        notes = [row["note"] for row in csv.DictReader(file)]
    assert len(notes) == 5
    assert all(note.startswith(red.sentence) for note in notes)
