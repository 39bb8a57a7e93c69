"""Phone-type strings, as operators have them, come to their maker; nothing comes to a wrong one."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.columns import UNKNOWN_MAKER
from engine.errors import InputError
from engine.handsets import Handset, HandsetTables, read_handset_tables, resolve_handset
from engine.handsets.handset import is_imei
from engine.handsets.tables import default_tables

MAKERS = {
    "Samsung": [
        "SM-G900F", "SAMSUNG SM-A510F", "SM-G991B/DS", "sm-a546b", "SMG991B", "GT-I9505", "samsung gt-s5570",
        "SGH-D600", "Samsung Galaxy S7 edge", "Galaxy A52s 5G", "SAMSUNG-SM-N920A", "Galaxy Z Flip5",
        "Galaxy Nexus",
        "Mozilla/5.0 (Linux; Android 6.0.1; SM-G900F Build/MMB29M) AppleWebKit/537.36",
    ],
    "Apple": ["iPhone7,2", "iPhone 6s", "Apple iPhone 5s (A1457)", "iPhone14,5", "iPhoneSE", "APPLE_iPhone_13_Pro"],
    "Huawei": [
        "HUAWEI P8lite", "ALE-L21", "HUAWEI VNS-L21", "P9 Lite", "MAR-LX1A", "ELE-L29", "Huawei Mate 20 Pro",
        "Mate 9", "nova 5T", "P smart 2019", "NOH-NX9", "Nexus 6P", "BND-L34", "DRA-L21", "PRA-LX1",
    ],
    "Honor": ["Huawei Honor 7", "STF-L09", "JSN-L21", "BND-L21", "DRA-LX5", "Che2-L11", "LLY-NX1", "Honor 50"],
    "Xiaomi": [
        "Redmi Note 12", "Xiaomi 13T", "POCO X3 NFC", "Pocophone F1", "MI 5", "Mi A2 Lite", "M2101K6G", "21091116AG",
        "2201117TG", "23021RAAEG", "Xiaomi Redmi 9C", "HM NOTE 1S",
    ],
    "Motorola": ["XT1032", "Moto G (4)", "moto g54 5G", "motorola edge 40", "MOTOROLA XT2331-2", "Nexus 6"],
    "Nokia": [
        "NOKIA 3310", "Nokia G42", "Lumia 640", "Microsoft Lumia 650", "RM-914", "Microsoft RM-1073", "TA-1020",
        "HMD Global Nokia 5.3", "Nokia3210 4G",
    ],
    "HMD": ["HMD Pulse Pro"],
    "Sony": ["D6603", "F5121", "E5823", "Sony Xperia Z3", "SonyEricsson K750i", "XQ-DC54", "Xperia 10 IV"],
    "LG": ["LGE Nexus 5", "LG-H850", "LG-D855", "Nexus 5X", "LM-G710", "LG K41S"],
    "HTC": ["HTC One M8", "HTC Desire 626", "HTC_0P6B"],
    "Google": ["Pixel 7a", "Google Pixel 8 Pro"],
    "OnePlus": ["A0001", "ONEPLUS A3003", "OnePlus Nord CE 3 Lite", "CPH2449", "ONE A2003", "IN2013", "A3003"],
    "OPPO": ["OPPO A57s", "CPH1909", "CPH2209", "CPH2477", "CPH2557"],
    "realme": ["realme 8", "RMX3085"],
    "vivo": ["vivo Y21", "V2027"],
    "Alcatel": ["ALCATEL ONE TOUCH 4033X", "Alcatel 5042D", "5042D", "ONE TOUCH 6012D"],
    "ZTE": ["ZTE BLADE L3", "Blade V9"],
    "Lenovo": ["Lenovo A536"],
    "TCL": ["TCL 30 SE"],
    "ASUS": ["ASUS_Z012D", "ZenFone 8"],
    "BlackBerry": ["BlackBerry Z10", "STV100-4"],
    "Doro": ["Doro PhoneEasy 508"],
    "Fairphone": ["Fairphone 5", "FP4"],
    "Caterpillar": ["CAT S61"],
    "Nothing": ["Nothing Phone (1)"],
}  # fmt: skip
NO_PHONES = ["", "  ", "unknown", "NULL", "n/a", "-", "Android", "???", "0", "ismeretlen"]
SHARED_OR_UNHEARD_OF = [
    "Telekom Smart", "Kártyás", "YAL-L21", "STK-LX1", "JAT-LX1", "X10", "catfish", "lgx", "Minimo", "Edge", "P2", "M6",
    "TAX-100", "3310", "Nord", "S20",
]  # fmt: skip


@pytest.mark.parametrize(("maker", "string"), [(maker, string) for maker, all_ in MAKERS.items() for string in all_])
def test_a_real_string_comes_to_its_maker(maker: str, string: str) -> None:
    assert resolve_handset(string).maker == maker


@pytest.mark.parametrize("string", NO_PHONES)
def test_what_names_no_phone_is_no_handset(string: str) -> None:
    assert resolve_handset(string) == Handset(UNKNOWN_MAKER, "")


@pytest.mark.parametrize("string", SHARED_OR_UNHEARD_OF)
def test_what_no_rule_proves_stays_unknown_under_its_own_name(string: str) -> None:
    assert resolve_handset(string) == Handset(UNKNOWN_MAKER, string)


@pytest.mark.parametrize(
    ("string", "maker"),
    [("E6810", "Kyocera"), ("E2281", "Hisense"), ("CPH1859", "realme"), ("XT1902-3", "Lenovo"), ("ABR-NX1", "Honor"),
     ("MAR-LX1H", "Honor"), ("LGE-NX9", "Honor"), ("Vivo XL2", "BLU"), ("MF716", "Mecer"), ("STF-L09", "Honor")],
)  # fmt: skip
def test_a_code_that_two_makers_use_comes_to_the_one_that_made_this_device(string: str, maker: str) -> None:
    assert resolve_handset(string).maker == maker


@pytest.mark.parametrize(
    ("string", "kind"),
    [("LM-V600", "phone"), ("LG-V490", "tablet"), ("Techpad X5", "phone"), ("moto tab g62", "tablet"),
     ("9008X", "phone"), ("Alcatel 9032X", "tablet"), ("A7600-H", "tablet"), ("SM-T255S", "phone"),
     ("GT-S5570", "phone"),
     ("Nokia 925", "phone"), ("Nokia 230", "feature phone"), ("moto e4", "phone"), ("Moto 360", "watch")],
)  # fmt: skip
def test_phones_are_not_taken_for_tablets_nor_tablets_for_phones(string: str, kind: str) -> None:
    assert resolve_handset(string).device_class == kind


@pytest.mark.parametrize(
    "alike",
    [
        ("SM-G991B", "SM-G991B/DS", "samsung SM-G991U", "Samsung Galaxy S21 5G", "galaxy s21 5g"),
        ("moto g54 5G", "motorola moto g54 5G", "MOTO G54 5G"),
        ("HUAWEI P30 lite", "huawei  p30_lite", "P30 Lite"),
        ("Redmi Note 12", "Xiaomi Redmi Note 12", "REDMI NOTE 12"),
        ("iPhone14,5", "iPhone 13", "Apple iPhone14,5"),
    ],
)
def test_spellings_of_one_phone_come_to_one_handset(alike: tuple[str, ...]) -> None:
    assert len({resolve_handset(string) for string in alike}) == 1


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=30))
def test_any_string_is_resolved_and_always_alike(string: str) -> None:
    handset = resolve_handset(string)
    assert handset == resolve_handset(string)
    assert handset.maker


@pytest.fixture
def tables(tmp_path: Path) -> HandsetTables:
    rows = "tac,maker,model\n35456789,Samsung,Galaxy S21 5G\n01332700,Apple,iPhone 5\n00101000,Other,LG G6\n"
    path = tmp_path / "tac.csv"
    path.write_text(rows, encoding="utf-8")
    return read_handset_tables(path)


def with_check_digit(digits: str) -> str:
    """Return 14 digits with the one that makes them an IMEI."""
    return next(digits + str(last) for last in range(10) if is_imei(digits + str(last)))


def test_an_imei_is_known_by_its_tac(tables: HandsetTables) -> None:
    imei = with_check_digit("35456789123456")
    for spelling in (imei, "35-456789-123456-" + imei[-1], "35456789", "3545678912345678"):
        assert resolve_handset(spelling, tables) == Handset("Samsung", "Galaxy S21 5G")
    assert resolve_handset(with_check_digit("01332700000001"), tables) == Handset("Apple", "iPhone 5")


def test_a_number_that_is_no_imei_or_of_an_unheard_tac_is_unknown(tables: HandsetTables) -> None:
    wrong = with_check_digit("35456789123456")[:-1] + "x"
    assert resolve_handset(wrong, tables).maker == UNKNOWN_MAKER
    imei = with_check_digit("35456789123456")
    other = imei[:-1] + str((int(imei[-1]) + 1) % 10)
    for number in (other, with_check_digit("99999999123456"), "99999999", "354567891234"):
        assert resolve_handset(number, tables) == Handset(UNKNOWN_MAKER, "")


def test_the_check_digit_is_luhns() -> None:
    assert is_imei("490154203237518")  # the example of 3GPP TS 23.003
    assert not is_imei("490154203237517")
    assert not is_imei("49015420323751")


@given(st.text("0123456789", min_size=15, max_size=15), st.integers(0, 14), st.integers(1, 9))
def test_one_wrong_digit_is_always_noticed(digits: str, place: int, change: int) -> None:
    imei = with_check_digit(digits[:14])
    altered = imei[:place] + str((int(imei[place]) + change) % 10) + imei[place + 1 :]
    assert not is_imei(altered)


def test_a_maker_that_stands_for_several_yields_to_the_models_own(tables: HandsetTables) -> None:
    assert resolve_handset("00101000", tables) == resolve_handset("LG G6", tables) == Handset("LG", "G6")


def test_a_missing_or_wrong_table_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="is missing"):
        read_handset_tables(tmp_path / "tac.csv")
    (tmp_path / "tac.csv").write_text("tac,brand,model\n", encoding="utf-8")
    with pytest.raises(InputError, match=r'lacks the column "maker"\. Found: tac, brand, model'):
        read_handset_tables(tmp_path / "tac.csv")


@pytest.mark.parametrize(
    ("string", "year"),
    [("iPhone14,5", 2021), ("SM-G900F", 2014), ("HUAWEI P30 Pro", 2019), ("Pixel 6a", 2022), ("SM-G991B", 2021),
     ("FP4", 2021), ("Nokia 2660 Flip", 2022), ("Doro 7010", None), ("Kártyás", None)],
)  # fmt: skip
def test_the_year_of_launch_is_told_where_it_is_known(string: str, year: int | None) -> None:
    assert resolve_handset(string).launched == year


def test_the_programs_own_tables_agree_with_the_rules() -> None:
    tables = default_tables()
    for (maker, _), handset in tables.by_type.items():
        assert handset.maker == maker
        assert resolve_handset(f"{handset.maker} {handset.model}") == handset
    for tac, handset in tables.by_tac.items():
        assert resolve_handset(tac) == handset
        assert handset.maker not in (UNKNOWN_MAKER, "Other")
