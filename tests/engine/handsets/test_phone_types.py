"""Every distinct phone type is resolved once; what stays unknown is listed by how often it is seen."""

from __future__ import annotations

import pandas as pd

from engine.handsets import DeviceClass, Handset, NamedHandsets, logged_phone_types, resolve_handset
from engine.handsets.phone_types import PhoneTypes, resolve_phone_types
from engine.handsets.tables import default_tables
from tests.engine.logs.delivery import call_lines, read

ROWS = {
    "SM-G991B": 50, "SM-G991B/DS": 5, "samsung SM-G991U": 7, "SM-T510": 30, "SM-R925F": 4, "HUAWEI E5573": 9,
    "Telekom Smart": 12, "Kártyás": 20, "unknown": 99, "354567891234569": 3, "354567899999999": 4,
    "Wileyfox Swift 2": 2,
}  # fmt: skip


def resolved(tables=None) -> PhoneTypes:
    counts = pd.DataFrame({"phone_type": list(ROWS), "events": list(ROWS.values())})
    return resolve_phone_types(counts, tables or default_tables())


def test_spellings_of_one_phone_have_one_number() -> None:
    found = resolved()
    numbers = found.numbers.set_index("phone_type")["handset"]
    assert numbers[["SM-G991B", "SM-G991B/DS", "samsung SM-G991U"]].nunique() == 1
    assert found.handsets[numbers["SM-G991B"]] == Handset("Samsung", "Galaxy S21 5G")


def test_tablets_watches_and_modems_have_no_number() -> None:
    found = resolved()
    assert not set(found.numbers["phone_type"]) & {"SM-T510", "SM-R925F", "HUAWEI E5573", "unknown"}
    assert found.events[DeviceClass.TABLET] == 30
    assert found.events[DeviceClass.WATCH] == 4
    assert found.events[DeviceClass.MODEM] == 9
    assert sum(found.events.values()) == sum(ROWS.values())


def test_unknown_types_are_listed_the_most_frequent_first_and_imeis_by_tac() -> None:
    unknown = resolved().unknown
    assert unknown.to_numpy().tolist() == [["Kártyás", 20], ["Telekom Smart", 12], ["35456789", 7]]


def test_what_was_named_is_listed_no_more() -> None:
    named = NamedHandsets().named("Kártyás", "Nokia", "105", DeviceClass.FEATURE_PHONE)
    named = named.named("35456789", "Alcatel", "MW40", DeviceClass.MODEM)
    found = resolved(default_tables().with_names(named))
    assert found.unknown["phone_type"].tolist() == ["Telekom Smart"]
    assert Handset("Nokia", "105") in found.handsets
    assert found.events[DeviceClass.MODEM] == 9 + 7


def test_what_no_list_has_is_shown_to_the_detector() -> None:
    assert resolve_handset("Wileyfox Swift 2").maker == "Wileyfox"
    assert "Wileyfox Swift 2" in resolved().numbers["phone_type"].tolist()


def test_the_types_of_the_logs_are_counted_over_calls_and_internet_use(tmp_path) -> None:
    calls = call_lines([f"001,002,2025-01-{day:02d} 10:00:00,60,X,Kártyás" for day in (1, 2, 3)])
    usage = "customer,time,megabytes,phone_type\n001,2025-01-04 10:00:00,1,Kártyás\n001,2025-01-05 10:00:00,1,\n"
    found = logged_phone_types(read(tmp_path, calls=calls, usage=usage))
    assert found.unknown.to_numpy().tolist() == [["Kártyás", 4]]
