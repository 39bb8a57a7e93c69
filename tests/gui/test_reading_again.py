"""The Data page of a campaign that can be read again: names of handsets, kept tables, what is out of date."""

from __future__ import annotations

import csv
import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QLineEdit, QPushButton

from engine.campaign import Campaign
from engine.campaign_inputs import WarehouseSource
from engine.logs.cache import READING, Reading, tables_path
from engine.made_from import keep_origin, kept_origin
from engine.warehouse import parse_address, parse_plan
from gui.data_page import DataPage
from gui.jobs import JobQueue
from gui.main_window import MainWindow
from gui.rejects_dialog import RejectsDialog
from gui.widgets import Label
from tests.small_campaign import PASSPHRASE, RING, SmallCampaign

CLICK = Qt.MouseButton.LeftButton


@pytest.fixture
def page(window: MainWindow, small_campaign: SmallCampaign, tmp_path: Path, qtbot) -> Iterator[DataPage]:
    window.open_file(small_campaign.copy_to(tmp_path), PASSPHRASE)
    qtbot.waitUntil(lambda: window.campaign is not None, timeout=30_000)
    page = window.workspace.page("data")
    assert isinstance(page, DataPage)
    yield page
    rest(window, qtbot)


def rest(window: MainWindow, qtbot) -> None:
    qtbot.waitUntil(lambda: not any(queue.is_busy for queue in window.findChildren(JobQueue)), timeout=60_000)


def failures(window: MainWindow) -> list[Exception]:
    """Return a list into which failures go from now on, instead of the window's dialog."""
    told: list[Exception] = []
    window.jobs.failed.disconnect(window.errors.show)
    window.jobs.failed.connect(told.append)
    return told


def open_handsets(page: DataPage, qtbot) -> None:
    qtbot.mouseClick(page.social.tabs.button(1), CLICK)
    assert page.handsets.isVisible()
    assert not page.scroller.isVisible()


def name(page: DataPage, qtbot, maker: str, model: str) -> None:
    """Type a name for the phone type that is selected, and press Enter."""
    fields = page.handsets.naming
    fields.maker.selectAll()
    qtbot.keyClicks(fields.maker, maker)
    fields.model.selectAll()
    qtbot.keyClicks(fields.model, model)
    qtbot.keyClick(fields.model, Qt.Key.Key_Return)
    rest(page.window(), qtbot)


def test_an_unknown_phone_type_is_named_and_counts_from_the_next_reading(window, page: DataPage, qtbot):
    open_handsets(page, qtbot)
    tab = page.handsets
    assert tab.table.cell(0, 0).text == RING
    assert int(tab.table.cell(0, 1).text) >= int(tab.table.cell(0, 2).text) > 0
    assert tab.naming.heading.text() == f"Name for {RING}"
    assert not page.out_of_date.isVisible()
    name(page, qtbot, "Zulu", "Ring 3")
    assert tab.table.cell(0, 3).text == "Zulu Ring 3"
    assert (tab.names.cell(0, 1).text, tab.names.cell(0, 2).text) == ("Zulu Ring 3", "Not used yet")
    assert page.out_of_date.isVisible()
    qtbot.mouseClick(page.social.tabs.button(0), CLICK)
    assert not page.files.read_again.isVisible(), "one button for one thing"
    open_handsets(page, qtbot)
    assert page.out_of_date.text == "Made before 1 name of a handset was changed."
    makers = {share.maker for share in window.workspace.results.makers}
    qtbot.mouseClick(page.read_again_button, CLICK)
    assert not page.read_again_button.isEnabled()
    rest(window, qtbot)
    assert not page.out_of_date.isVisible()
    assert {share.maker for share in window.workspace.results.makers} - makers == {"Zulu"}
    assert tab.names.cell(0, 2).text == "Used"
    assert RING not in [tab.table.cell(at, 0).text for at in range(tab.table.row_count)]
    assert page.files.note.text().startswith("Read from the kept tables, ")
    assert window.jobs.history[-1].name == "Spring read again"


def test_a_wrong_name_is_told_in_place_and_a_name_is_taken_back(window, page: DataPage, qtbot):
    open_handsets(page, qtbot)
    fields = page.handsets.naming
    qtbot.mouseClick(fields.keep, CLICK)
    assert fields.wrong.text() == f'Say who made "{RING}", or leave it without a name.'
    assert fields.wrong.isVisible()
    name(page, qtbot, "Zulu", "")
    assert not fields.wrong.isVisible()
    page.handsets.table.selectRow(0)
    assert fields.maker.text() == "Zulu"
    qtbot.mouseClick(fields.take_back, CLICK)
    rest(window, qtbot)
    assert page.handsets.table.cell(0, 3).text == ""
    assert not page.out_of_date.isVisible()


def test_names_go_into_a_file_and_come_from_one(window, page: DataPage, qtbot, tmp_path, monkeypatch):
    open_handsets(page, qtbot)
    name(page, qtbot, "Zulu", "Ring 3")
    path = tmp_path / "names.csv"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *args: (str(path), ""))
    qtbot.mouseClick(page.handsets.save_button, CLICK)
    rest(window, qtbot)
    with path.open(encoding="utf-8", newline="") as file:
        assert list(csv.DictReader(file)) == [
            {"phone_type": RING, "maker": "Zulu", "model": "Ring 3", "device_class": "phone"}
        ]
    path.write_text("phone_type;maker;model;device_class\n35000001;Yankee;One;tablet\n", encoding="cp1250")
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *args: (str(path), ""))
    qtbot.mouseClick(page.handsets.open_button, CLICK)
    rest(window, qtbot)
    assert [page.handsets.names.cell(at, 1).text for at in range(2)] == ["Yankee One", "Zulu Ring 3"]
    assert page.out_of_date.text == "Made before 2 names of handsets were changed."
    path.write_text("phone_type,maker,model,device_class\n35000001,Yankee,One,toaster\n", encoding="utf-8")
    told = failures(window)
    page.handsets.open_list(path)
    rest(window, qtbot)
    assert str(told[0]).startswith('names.csv, line 2: "toaster" is no device class.')
    assert page.handsets.names.row_count == 2


def test_the_kept_tables_are_told_with_their_size_forgotten_and_kept_again(window, page: DataPage, qtbot):
    path = tables_path(window.campaign.path)
    assert "The clean tables are kept, encrypted (" in page.files.note.text()
    assert page.files.keep.text() == "Forget the tables"
    qtbot.mouseClick(page.files.keep, CLICK)
    rest(window, qtbot)
    assert not path.exists()
    assert page.files.note.text().endswith("Only results per customer are kept.")
    assert page.files.keep.text() == "Keep the tables"
    qtbot.mouseClick(page.files.keep, CLICK)
    rest(window, qtbot)
    assert page.files.note.text().endswith("The clean tables are kept from the next reading on.")
    qtbot.mouseClick(page.files.read_again, CLICK)
    rest(window, qtbot)
    assert path.exists()
    assert page.files.note.text().startswith("Read from the files, ")


def test_files_that_got_worse_are_asked_about_and_those_that_are_gone_told(
    window, page: DataPage, qtbot, small_campaign: SmallCampaign
):
    customers = small_campaign.file("customers")
    whole, state = customers.read_bytes(), customers.stat()
    try:
        customers.write_bytes(whole + b"x\n" * 40)
        qtbot.mouseClick(page.files.read_again, CLICK)
        qtbot.waitUntil(lambda: window.findChild(RejectsDialog) is not None, timeout=30_000)
        question = window.findChild(RejectsDialog)
        qtbot.mouseClick(question.go_on_button, CLICK)
        rest(window, qtbot)
        row = len(small_campaign.inputs.plan.of_kind("calls"))  # the customer list comes behind them
        assert page.files.table.cell(row, 3).text == "40"
        assert page.files.note.text().startswith("Read from the kept tables, "), "asking parses nothing twice"
        customers.unlink()
        before = page.verdict.text()
        told = failures(window)
        qtbot.mouseClick(page.files.read_again, CLICK)
        rest(window, qtbot)
        assert [str(error) for error in told] == [f"{customers} cannot be read (No such file or directory)."]
        assert page.verdict.text() == before
        assert page.files.read_again.isEnabled()
    finally:
        customers.write_bytes(whole)
        os.utime(customers, ns=(state.st_atime_ns, state.st_mtime_ns))


def test_a_reading_that_is_stopped_leaves_the_campaign_as_it_was(window, page: DataPage, qtbot):
    before, files = window.campaign.events(), sorted(window.campaign.path.parent.glob(".*"))
    qtbot.mouseClick(page.files.read_again, CLICK)
    window.jobs.cancel()
    rest(window, qtbot)
    assert window.campaign.events() == before
    assert sorted(window.campaign.path.parent.glob(".*")) == files
    assert page.files.read_again.isEnabled()


@pytest.mark.parametrize("size", [(1024, 640), (1440, 900)])
def test_every_control_of_the_tab_has_a_name_and_is_inside(window, page: DataPage, qtbot, size):
    window.resize(*size)
    open_handsets(page, qtbot)
    qtbot.wait(50)
    for control in (*page.handsets.findChildren(QPushButton), *page.handsets.findChildren(QLineEdit)):
        assert control.accessibleName()
        if control.isVisible():
            left = control.mapTo(page, control.rect().topLeft()).x()
            assert left >= 0
            assert left + control.width() <= page.width()
    assert page.handsets.scroller.widget().width() <= page.handsets.scroller.viewport().width()


def test_the_demo_knows_every_phone_type_and_keeps_no_tables(demo_window: MainWindow, qtbot):
    page = demo_window.workspace.page("data")
    open_handsets(page, qtbot)
    assert page.handsets.empty.isVisible()
    assert page.handsets.empty.missing.text() == "Every phone type is known"
    qtbot.mouseClick(page.social.tabs.button(0), CLICK)
    assert page.files.read_again.isVisible()
    assert not page.files.keep.isVisible()


def test_a_campaign_from_a_warehouse_says_which_one_is_asked(
    window: MainWindow, small_campaign: SmallCampaign, tmp_path: Path, qtbot
):
    path = small_campaign.copy_to(tmp_path)
    plan = parse_plan('[tables.calls]\nname = "cdr.calls"\n[tables.customers]\nname = "people"\n', "plan.toml")
    source = WarehouseSource(parse_address("postgres://analyst@db.example:5432/telco"), plan)
    with Campaign.open(path, PASSPHRASE) as campaign:
        made = kept_origin(campaign)
        keep_origin(campaign, replace(made, inputs=replace(made.inputs, warehouse=source)))
        campaign.write_document(READING, Reading("warehouse", "2026-11-28").to_json())
    window.open_file(path, PASSPHRASE)
    qtbot.waitUntil(lambda: window.campaign is not None, timeout=30_000)
    files = window.workspace.page("data").files
    assert files.heading.text() == "Tables and files"
    assert files.note.text().startswith("The warehouse db.example:5432 was asked on 28 November 2026.")
    assert str(source.address) in files.read_again.toolTip()
    assert not files.keep.isVisible()
    promise = window.workspace.rail.findChildren(Label)
    assert "Stays on this computer,\nbut asks a warehouse." in [label.text() for label in promise]
    rest(window, qtbot)
