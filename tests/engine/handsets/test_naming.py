"""Names that the designer gives, and the operator's own TACs."""

from __future__ import annotations

import csv
import time
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import CampaignFileError, InputError, PlaceError
from engine.handsets import DeviceClass, Handset, HandsetTables, NamedHandsets, read_tac_table, resolve_handset
from engine.handsets.handset import is_imei
from engine.handsets.tables import default_tables

PHONE, MODEM = DeviceClass.PHONE, DeviceClass.MODEM


def with_check_digit(digits: str) -> str:
    return next(digits + str(last) for last in range(10) if is_imei(digits + str(last)))


def test_a_named_string_is_known_from_then_on_in_any_spelling() -> None:
    tables = HandsetTables(named=NamedHandsets().named("Telekom Smart", "ZTE", "Blade", PHONE))
    for spelling in ("Telekom Smart", "TELEKOM_SMART", " telekom smart"):
        assert resolve_handset(spelling, tables) == Handset("ZTE", "Blade")
    assert resolve_handset("Telekom Smart 2", tables).maker == "Unknown"


def test_a_named_imei_names_all_of_its_tac() -> None:
    named = NamedHandsets().named(with_check_digit("35456789123456"), "Doro", "7010", DeviceClass.FEATURE_PHONE)
    assert [entry.phone_type for entry in named.entries] == ["35456789"]
    tables = HandsetTables(named=named)
    found = resolve_handset(with_check_digit("35456789000001"), tables)
    assert (found, found.device_class) == (Handset("Doro", "7010"), DeviceClass.FEATURE_PHONE)


def test_a_second_name_takes_the_place_of_the_first_and_can_be_taken_back() -> None:
    named = NamedHandsets().named("Foo 12", "ZTE", "A", PHONE).named("FOO-12", "TCL", "B", MODEM)
    assert [(one.maker, one.device_class) for one in named.entries] == [("TCL", MODEM)]
    assert named.without("foo 12") == NamedHandsets()


@pytest.mark.parametrize(
    ("phone_type", "maker", "sentence"),
    [
        ("", "ZTE", "is no phone type"),
        ("???", "ZTE", "is no phone type"),
        ("123456789012", "ZTE", "is no phone type"),
        ("Foo", " ", "Say who made"),
        ("Foo", "Unknown", "Say who made"),
        ("Foo", "x" * 300, "too long"),
    ],
)
def test_what_is_no_name_is_refused_with_a_sentence(phone_type: str, maker: str, sentence: str) -> None:
    with pytest.raises(InputError, match=sentence):
        NamedHandsets().named(phone_type, maker, "", PHONE)


texts = st.text(min_size=1, max_size=30).filter(lambda text: any(sign.isalpha() for sign in text))


@given(st.lists(st.tuples(texts, texts, st.text(max_size=30), st.sampled_from(DeviceClass)), max_size=8))
def test_names_come_back_from_json(rows: list[tuple[str, str, str, DeviceClass]]) -> None:
    named = NamedHandsets()
    for row in rows:
        named = named.named(*row)
    assert NamedHandsets.from_json(named.to_json()) == named


@pytest.mark.parametrize(
    "text",
    [
        "",
        "3",
        '{"a": 1}',
        '["a"]',
        '[{"phone_type": "a"}]',
        '[{"phone_type": "a", "maker": "b", "model": "c", "device_class": "boat"}]',
        '[{"phone_type": "a", "maker": 1, "model": "c", "device_class": "phone"}]',
        '[{"phone_type": "?", "maker": "b", "model": "c", "device_class": "phone"}]',
    ],
)
def test_names_that_cannot_be_read_are_told(text: str) -> None:
    with pytest.raises(CampaignFileError, match="names given to unknown handsets"):
        NamedHandsets.from_json(text)


def test_names_are_written_as_csv(tmp_path: Path) -> None:
    named = NamedHandsets().named("Kártyás; 2", "ZTE", 'Blade "L"', PHONE)
    named.write_csv(tmp_path / "names.csv")
    with (tmp_path / "names.csv").open(encoding="utf-8", newline="") as file:
        assert list(csv.reader(file)) == [
            ["phone_type", "maker", "model", "device_class"],
            ["Kártyás; 2", "ZTE", 'Blade "L"', "phone"],
        ]
    with pytest.raises(PlaceError, match="cannot be used"):
        named.write_csv(tmp_path / "nowhere" / "names.csv")


words = st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=12)


@given(st.lists(st.tuples(words, words, words, st.sampled_from(DeviceClass)), max_size=8))
def test_a_saved_list_of_names_comes_back(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, str, str, DeviceClass]]
) -> None:
    named = NamedHandsets()
    for row in rows:
        with suppress(InputError):
            named = named.named(*row)
    path = tmp_path_factory.getbasetemp() / "names.csv"
    named.write_csv(path)
    assert NamedHandsets.read_csv(path) == named


def test_a_list_saved_by_a_spreadsheet_is_read_and_a_thousand_names_are_no_matter(tmp_path: Path) -> None:
    path = tmp_path / "names.csv"
    path.write_text("phone_type;maker;model;device_class\nKártyás;Újpesti;Hívó;Feature phone\n", "cp1250")
    assert [each.maker for each in NamedHandsets.read_csv(path).entries] == ["Újpesti"]
    rows = "".join(f"type {number},Zulu,{number},phone\n" for number in range(20_000))
    path.write_text(f"phone_type,maker,model,device_class\n{rows}", "utf-8")
    began = time.process_time()
    names = NamedHandsets.read_csv(path)
    assert len(names.entries) == 20_000
    assert len(names.joined(NamedHandsets().named("x", "Y", "", PHONE)).entries) == 20_001
    assert time.process_time() - began < 3


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("a,b\n", r'names\.csv lacks the column "phone_type" of handset names\. Found: a, b\.'),
        ("", "Found: nothing"),
        ("phone_type,maker,model,device_class\nx,LG\n", r'names\.csv, line 2: "" is no device class'),
        ("phone_type,maker,model,device_class\nx,,y,phone\n", r'names\.csv, line 2: Say who made "x"'),
        ("phone_type,maker,model,device_class\n?,LG,y,phone\n", "line 2: .* is no phone type"),
        ("phone_type,maker,model,device_class\nx,LG,y,phone\n" + "y" * 200_000, "line 3: field larger"),
        (
            "phone_type,maker,model,device_class\nx,LG,y,phone\nX,ZTE,y,phone\n",
            'line 3: "X" has another name further up',
        ),
        ("\0\0", "is no text"),
    ],
)
def test_what_is_no_list_of_names_is_told(tmp_path: Path, content: str, sentence: str) -> None:
    path = tmp_path / "names.csv"
    path.write_text(content, "utf-8")
    with pytest.raises(InputError, match=sentence):
        NamedHandsets.read_csv(path)


def test_the_operators_tac_goes_before_everything_else(tmp_path: Path) -> None:
    path = tmp_path / "tac.csv"
    path.write_text("TAC,Brand,Marketing name,Device type,Launch year\n00101221,HUAWEI,B525s,Router,2017\n", "utf-8")
    named = NamedHandsets().named("00101221", "ZTE", "Blade", PHONE)
    tables = default_tables().with_operator(read_tac_table(path)).with_names(named)
    found = resolve_handset("00101221", tables)
    assert found == Handset("Huawei", "B525s")
    assert (found.device_class, found.launched) == (MODEM, 2017)
    assert resolve_handset("00101221", default_tables().with_names(named)).maker == "ZTE"
    assert resolve_handset("00101221").maker == "Samsung"


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("tac;gyártó;típus\n35456789;Samsung;Galaxy A54 5G\n", "cp1250"),
        ("TAC\tHersteller\tGerät\n35456789\tSamsung\tGalaxy A54 5G\n", "utf-16"),
        ('"tac"|"maker"|"model"\n"35456789"|"Samsung"|"Galaxy A54 5G"\n', "utf-8-sig"),
    ],
)
def test_an_operators_table_is_read_in_its_own_dialect(tmp_path: Path, text: str, encoding: str) -> None:
    path = tmp_path / "tac.csv"
    path.write_text(text, encoding)
    tables = default_tables().with_operator(read_tac_table(path))
    assert resolve_handset("35456789", tables) == resolve_handset("SM-A546B")


def test_rows_that_are_no_tac_are_set_aside_and_counted(tmp_path: Path) -> None:
    path = tmp_path / "tac.csv"
    path.write_text(
        "tac,maker,model\n1332700,Apple,x\n35456789,Apple,iPhone 5\n35456789,LG,G6\n35456780,,y\n\n"
        "35456789,Apple,iPhone 5\n",
        "utf-8",
    )
    table = read_tac_table(path)
    assert list(table.rows) == ["35456789"]
    assert table.rows["35456789"].handset == Handset("Apple", "iPhone 5")
    assert table.set_aside == 3  # what is said twice alike is no contradiction
    assert table.first_reason.startswith('tac.csv, line 2: "1332700" is no TAC of 8 digits')


def test_a_tac_that_stands_for_two_handsets_is_told(tmp_path: Path) -> None:
    path = tmp_path / "tac.csv"
    path.write_text("tac,maker,model\n35456789,Apple,iPhone 5\n35456789,LG,G6\n", "utf-8")
    assert read_tac_table(path).first_reason == (
        "tac.csv, line 3: the TAC 35456789 is another handset further up, which counts. Delete one of the two rows."
    )


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"tac,model\n35456789,x\n", r'lacks the column "maker"\. Found: tac, model'),
        (b"", "lacks the column"),
        (b"tac,maker,model\n", "has no rows"),
        (b"tac,maker,model\n12,LG,x\n", "is no TAC of 8 digits"),
        (b'tac,maker,model\n35456789,LG,"' + b"x" * 200_000 + b'"\n', "line 2"),
        (b"\x00\x81\xff\x90", "Save"),
    ],
)
def test_what_is_no_table_of_tacs_is_told(tmp_path: Path, content: bytes, sentence: str) -> None:
    path = tmp_path / "tac.csv"
    path.write_bytes(content)
    with pytest.raises(InputError, match=sentence):
        read_tac_table(path)


def test_a_table_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(PlaceError, match="cannot be used"):
        read_tac_table(tmp_path / "none.csv")
