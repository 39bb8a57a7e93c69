"""Rights to photos: read from a table, judged on a day, and said in a sentence."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pyarrow as pa
import pytest

from engine.campaign import Campaign, InventoryFile, PhotoRights
from engine.errors import InputError
from engine.inventory import (
    Clearance,
    apply_rights,
    may_be_used,
    read_rights,
    release_unknown,
    set_rights,
)
from engine.inventory.settings import MatchSettings, keep_match_settings
from engine.table_files import write_table_file
from tests.engine.campaign.conftest import fake_photo

TODAY = date(2026, 11, 28)
TABLE = """photo,model release,territory,valid until,tags
p001.jpg,yes,"hu; AT ; HU",2027-03-31,summer|family
p002.jpg,no,,,
p003.jpg,Yes,worldwide,2026-11-27,
p004.jpg,,,,
gone.jpg,yes,,,
"""


@pytest.fixture
def campaign(tmp_path: Path):
    with Campaign.create(tmp_path / "a.semblance", "demo", name="Spring", is_demo=True) as campaign:
        for key in ("p001.jpg", "sub/p002.jpg", "p003.jpg", "p004.jpg", "p005.jpg", "x/same.jpg", "y/same.jpg"):
            campaign.add_photo(fake_photo(key))
        yield campaign


def table_of(tmp_path: Path, text: str, name: str = "rights.csv") -> Path:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return path


def test_a_table_says_who_is_released_where_and_until_when(campaign: Campaign, tmp_path: Path):
    table = read_rights(table_of(tmp_path, TABLE))
    assert table.problems == ()
    assert table.records[0] == PhotoRights("p001.jpg", "yes", ("HU", "AT"), date(2027, 3, 31), ("summer", "family"))
    assert (table.records[2].territories, table.records[3].release) == ((), "unknown")
    applied = apply_rights(campaign, table)
    assert (applied.applied, applied.not_in_inventory) == (4, ("gone.jpg",))
    assert applied.without_record == ("p005.jpg", "x/same.jpg", "y/same.jpg")
    assert campaign.inventory.rights(["sub/p002.jpg"])["sub/p002.jpg"].release == "no"
    keep_match_settings(campaign, MatchSettings(territory="at"))
    clearance = Clearance.read(campaign, TODAY)
    assert {key: clearance.standing(key) for key in campaign.photo_keys("inventory")} == {
        "p001.jpg": "cleared", "sub/p002.jpg": "barred", "p003.jpg": "barred", "p004.jpg": "barred",
        "p005.jpg": "barred", "x/same.jpg": "barred", "y/same.jpg": "barred",
    }  # fmt: skip
    assert "ended on 2026-11-27" in str(clearance.reason("p003.jpg"))
    assert "not in the table" in str(clearance.reason("p005.jpg"))
    keep_match_settings(campaign, MatchSettings(territory="DE"))
    assert "HU, AT only, not in DE" in str(Clearance.read(campaign, TODAY).reason("p001.jpg"))
    campaign.add_photo(fake_photo("gone.jpg"))
    assert Clearance.read(campaign, TODAY).standing("gone.jpg") == "cleared", "it was in the table before it came"


def test_without_a_table_an_unknown_release_is_said_and_no_more(campaign: Campaign):
    clearance = Clearance.read(campaign, TODAY)
    assert clearance.bars_nothing
    assert (clearance.standing("p001.jpg"), clearance.reason("p001.jpg")) == ("unknown", None)
    assert release_unknown(None, "p001.jpg").startswith("Release unknown")
    set_rights(campaign, ["p001.jpg", "p003.jpg"], PhotoRights("", "yes", expires_on=TODAY))
    set_rights(campaign, ["p004.jpg"], PhotoRights("", "no", tags=("old",)))
    clearance = Clearance.read(campaign, TODAY)
    found = [clearance.standing(key) for key in ("p001.jpg", "p003.jpg", "p004.jpg", "p005.jpg")]
    assert found == ["cleared", "cleared", "barred", "unknown"]
    campaign.inventory.forget_rights(["p004.jpg"])
    assert Clearance.read(campaign, TODAY).standing("p004.jpg") == "unknown"


@pytest.mark.parametrize(
    ("rights", "reason"),
    [
        (PhotoRights("a", "yes"), None),
        (PhotoRights("a", "yes", expires_on=TODAY), None),
        (PhotoRights("a", "yes", ("hu",)), None),
        (PhotoRights("a", "unknown"), None),
        (PhotoRights("a", "no"), "no model release"),
        (PhotoRights("a", "yes", expires_on=date(2026, 1, 1)), "ended on 2026-01-01"),
        (PhotoRights("a", "yes", ("AT",)), "AT only, not in HU"),
        (None, None),
    ],
)
def test_reasons_are_sentences(rights: PhotoRights | None, reason: str | None):
    found = may_be_used(rights, TODAY, "HU", photo="a")
    assert (found is None) == (reason is None)
    assert reason is None or (reason in str(found) and str(found).endswith("."))


def test_workbooks_and_hungarian_columns_are_read(tmp_path: Path):
    path = tmp_path / "jogok.xlsx"
    columns = {"Fájlnév": ["a.jpg", "b.jpg"], "Hozzájárulás": ["igen", "nincs"], "Lejárat": ["2027.01.15.", None]}
    write_table_file(pa.table(columns), path)
    assert read_rights(path).records == (
        PhotoRights("a.jpg", "yes", expires_on=date(2027, 1, 15)),
        PhotoRights("b.jpg", "no"),
    )


def test_rows_that_cannot_be_used_are_told_and_the_others_count(campaign: Campaign, tmp_path: Path):
    rows = ("file;release;until", "p001.jpg;maybe;", "p003.jpg;yes;soon", ";yes;")
    rows += ("p004.jpg;yes;2027-01-01", "p004.jpg;no;", "same.jpg;yes;", "")
    table = read_rights(table_of(tmp_path, "\n".join(rows)))
    assert [problem.line for problem in table.problems] == [2, 3, 4, 6]
    assert "“maybe” is no release" in table.problems[0].sentence
    assert "“soon” is no day" in table.problems[1].sentence
    applied = apply_rights(campaign, table)
    assert applied.applied == 1
    assert "x/same.jpg or y/same.jpg" in applied.problems[-1].sentence
    assert Clearance.read(campaign, TODAY).standing("p004.jpg") == "cleared"


def test_a_row_with_a_folder_is_of_no_photo_in_another(campaign: Campaign, tmp_path: Path):
    for key in ("mary/portrait.jpg", "portrait.png"):
        campaign.add_photo(fake_photo(key))
    campaign.inventory.keep_file(InventoryFile("/work/in/portrait.png", "/work/in", 9, 10, "f" * 64, "portrait.png"))
    rows = "photo,release\nMARY/Portrait.jpg,no\njane/portrait.jpg,yes\njane/portrait.png,yes\n"
    applied = apply_rights(campaign, read_rights(table_of(tmp_path, rows)))
    assert applied.not_in_inventory == ("jane/portrait.jpg", "jane/portrait.png")
    assert applied.applied == 1
    rights = campaign.inventory.rights()
    assert rights["mary/portrait.jpg"].release == "no"
    assert rights["jane/portrait.jpg"].release == "yes", "kept for the day when it comes"
    assert "portrait.png" not in rights
    rows = "photo,release\nD:\\all\\mary\\portrait.jpg,yes\nin/portrait.png,yes\n"
    assert apply_rights(campaign, read_rights(table_of(tmp_path, rows))).applied == 2
    assert campaign.inventory.rights()["mary/portrait.jpg"].release == "yes"


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_a_photo_s_whole_name_goes_before_a_part_of_it(campaign: Campaign, tmp_path: Path, order: tuple[int, int]):
    lines = "p002.jpg,yes", "sub/p002.jpg,no"
    rows = "\n".join(("photo,release", *(lines[place] for place in order), "SUB/P002.JPG,yes"))
    applied = apply_rights(campaign, read_rights(table_of(tmp_path, rows)))
    assert campaign.inventory.rights(["sub/p002.jpg"])["sub/p002.jpg"].release == "no"
    assert "are one photo; the first row counts" in applied.problems[0].sentence


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("name,price\na.jpg,3\n", "no columns “photo” and “release”"),
        ("photo,release,until\na.jpg,yes,03/04/2027\nb.jpg,yes,05/06/2027\n", "which is day and which is month"),
        ("", "empty"),
    ],
)
def test_tables_that_cannot_be_understood_are_refused(tmp_path: Path, text: str, reason: str):
    with pytest.raises(InputError, match=reason):
        read_rights(table_of(tmp_path, text))
