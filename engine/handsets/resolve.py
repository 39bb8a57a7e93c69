"""Phone-type strings, IMEIs and TACs to maker, model, class of device and year of launch."""

from __future__ import annotations

from dataclasses import replace

from engine.columns import UNKNOWN_MAKER
from engine.handsets.classes import device_class
from engine.handsets.detector import detect, is_detectable
from engine.handsets.handset import (
    UNKNOWN_HANDSET,
    DeviceClass,
    Handset,
    model_key,
    numbered,
    tac_of,
)
from engine.handsets.spelling import by_name, by_rules, clean, described, names_no_phone
from engine.handsets.tables import HandsetTables, default_tables

# The detector's names of makers that go by another one here and do not stand in the rules.
DETECTED = {"RIM": "BlackBerry", "Redmi": "Xiaomi", "POCO": "Xiaomi", "Sony Ericsson": "Sony", "Cat": "Caterpillar"}


def resolve_handset(phone_type: str, tables: HandsetTables | None = None) -> Handset:
    """Return the handset of a phone-type string, a 15-digit IMEI, a 16-digit IMEISV or an 8-digit TAC.

    Asked one after the other: the operator's TACs, the designer's names, the rules, the Play device list, the
    package device-detector. What none of them proves is UNKNOWN_MAKER; its model is the string itself, or empty if
    the string names no phone.
    """
    tables = tables or default_tables()
    handset = resolve_quickly(phone_type, tables)
    return resolve_by_detector(handset, tables) if needs_detector(handset, tables) else handset


def resolve_quickly(phone_type: str, tables: HandsetTables) -> Handset:
    """Resolve without the detector, in some ten microseconds."""
    digits = numbered(phone_type)
    if digits:
        return _by_tac(tac_of(digits), tables)
    named = tables.named.handset(phone_type)
    if named is not None:
        return named
    text = clean(phone_type)
    if names_no_phone(text):
        return UNKNOWN_HANDSET
    maker, name = tables.play.get(model_key(text), ("", ""))
    ruled = by_rules(text)
    if ruled is not None and (ruled[1] or maker in ("", ruled[0].maker)):
        return tables.settled(ruled[0])
    if maker:
        found = described(maker, name or text, otherwise=device_class(maker, text))
        return tables.settled(found)
    return Handset(UNKNOWN_MAKER, text)


def needs_detector(handset: Handset, tables: HandsetTables) -> bool:
    """Whether the detector may know what the rest left unknown; of a code that makers share nobody knows."""
    return (
        handset.maker == UNKNOWN_MAKER and is_detectable(handset.model) and model_key(handset.model) not in tables.play
    )


def resolve_by_detector(handset: Handset, tables: HandsetTables) -> Handset:
    """Ask the detector about a handset of unknown maker; return it unchanged if the detector knows no maker."""
    found = detect(handset.model)
    if found is None:
        return handset
    named = by_name(DETECTED.get(found.maker, found.maker), found.model)
    kind = named.device_class if named.device_class is not DeviceClass.PHONE else found.device_class
    return tables.settled(replace(named, device_class=kind))


def _by_tac(tac: str, tables: HandsetTables) -> Handset:
    """Look a TAC up; a number that is none, or a TAC never heard of, is unknown."""
    row = tables.operator.rows.get(tac)
    if row is not None:
        return tables.settled(row.handset)
    return tables.named.handset(tac) or tables.by_tac.get(tac, UNKNOWN_HANDSET) if tac else UNKNOWN_HANDSET
