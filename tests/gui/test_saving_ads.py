"""Ads are saved from the window: one by its key, many with what was decided, and nothing is overwritten unasked."""

from __future__ import annotations

import csv
from pathlib import Path

from PIL import Image
from PySide6.QtCore import QItemSelectionModel, Qt
from PySide6.QtWidgets import QFileDialog

from engine.campaign import PhotoRights
from engine.columns import NO_OFFER
from engine.inventory import set_rights
from gui.ad_saving import ReplaceDialog, SaveAdsDialog
from gui.photo_report import PhotoReport
from tests.gui.conftest import rest

CLICK = Qt.MouseButton.LeftButton
CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
SIZES = ("1080x1080", "1200x628")


def answer(monkeypatch, folder: Path) -> list[tuple[str, str]]:
    """Let a person choose a folder; return what they were asked, and where the dialog began."""
    asked: list[tuple[str, str]] = []

    def choose(_parent: object, title: str, first: str) -> str:
        asked.append((title, first))
        return str(folder)

    monkeypatch.setattr(QFileDialog, "getExistingDirectory", choose)
    return asked


def test_the_ad_that_is_shown_is_saved_in_both_sizes_and_replaced_only_after_a_question(
    small_window, qtbot, tmp_path, monkeypatch
):
    window, folder = small_window, tmp_path / "out"
    folder.mkdir()
    asked = answer(monkeypatch, folder)
    window.workspace.show_step("preview")
    page = window.workspace.page("preview")
    qtbot.waitUntil(page.ad_card.save.isEnabled, timeout=30_000)
    files = [folder / f"{page.customer}_{size}.jpg" for size in SIZES]
    window.activateWindow()
    qtbot.keyClick(page, Qt.Key.Key_S, CTRL)
    rest(window, qtbot)
    assert asked == [("Save this ad", str(window.campaign.path.parent))]
    assert sorted(folder.iterdir()) == files
    assert [Image.open(file).size for file in files] == [(1080, 1080), (1200, 628)]
    assert window.jobs.history[-1].name == f"2 ads saved in {folder}"
    files[0].write_bytes(b"mine")
    qtbot.mouseClick(page.ad_card.save, CLICK)
    qtbot.waitUntil(lambda: isinstance(page.saving.dialog, ReplaceDialog), timeout=30_000)
    assert files[0].read_bytes() == b"mine"
    qtbot.mouseClick(page.saving.dialog.replace, CLICK)
    rest(window, qtbot)
    assert Image.open(files[0]).size == (1080, 1080)


def test_many_are_saved_as_was_decided_and_one_sentence_says_what_was_left_out(
    small_window, qtbot, tmp_path, monkeypatch
):
    window, campaign = small_window, small_window.campaign
    asked = answer(monkeypatch, tmp_path)
    window.workspace.show_step("preview")
    page = window.workspace.page("preview")
    qtbot.waitUntil(page.ad_card.save.isEnabled, timeout=30_000)
    first = page.customer
    photo = page.faces.in_ad.key
    page.show_selection(window.workspace.results.order.ranked.slice(0, 3))
    withheld, *others = (page._turning.shown[place] for place in range(3))
    qtbot.mouseClick(page.save_ads, CLICK)
    dialog = page.saving.dialog
    assert isinstance(dialog, SaveAdsDialog)
    offered = len(window.workspace.results.order)
    assert [radio.text() for radio in dialog.scopes] == [
        "The 3 that are selected", "The one with a look-alike",
        f"All {offered} with an offer, with a look-alike or without",
    ]  # fmt: skip
    assert dialog.said.text() == "6 pictures: JPEG, 1080 × 1080 and 1200 × 628."
    dialog.reject()
    window.workspace.show_step("recommendations")
    rest(window, qtbot)
    reco = window.workspace.page("recommendations")
    reco.show_customer(withheld)
    qtbot.mouseClick(reco.pane.no_offer, CLICK)
    rest(window, qtbot)
    set_rights(campaign, [photo], PhotoRights("", "no"))
    table = campaign.read_table("customers", ["customer", "offer"])
    assert {"customer": withheld, "offer": NO_OFFER} in table.to_pylist()
    table = reco.customers.table
    places = [table.rows.place_of(reco._shown.store.row_of(key)) for key in (first, withheld, *others)]
    table.clearSelection()
    for place in places:
        flags = QItemSelectionModel.SelectionFlag
        table.selectionModel().select(table.rows.index(place, 0), flags.Select | flags.Rows)
    qtbot.mouseClick(reco.customers.bar.export, CLICK)
    export = reco.exporting.dialog
    qtbot.mouseClick(export.formats.button(3), CLICK)
    assert "text that does not fit" in export.said.text()
    qtbot.mouseClick(export.export, CLICK)
    rest(window, qtbot)
    folder = tmp_path / "spring-ads"
    assert asked[-1] == ("Save ads in a new folder inside", str(campaign.path.parent))
    with_ads = sorted({first, *others})
    assert sorted(path.name for path in folder.glob("*.jpg")) == sorted(
        f"{key}_{size}.jpg" for key in with_ads for size in SIZES
    )
    left_out = "left out: 1 customer without an offer, 1 photo that may not be used"
    assert window.jobs.history[-1].name == f"{2 * len(with_ads)} ads saved in {folder}; {left_out}"
    with (folder / "left-out.csv").open(encoding="utf-8", newline="") as file:
        rows = {(row["customer"], row["photo"]): row["reason"] for row in csv.DictReader(file)}
    assert set(rows) == {(first, photo), (withheld, "")}
    assert rows[withheld, ""] == "You chose to send this customer no offer."
    report = reco.exporting.ads.dialog
    assert isinstance(report, PhotoReport)
    report.accept()
