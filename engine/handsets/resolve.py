"""Phone-type strings and IMEIs to maker and model."""

from __future__ import annotations

import csv
import functools
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from engine.columns import MAKER, PHONE_TYPE, UNKNOWN_MAKER
from engine.errors import InputError
from engine.handsets.rules import BRAND_RULES, RULES
from engine.resources import resource

TAC_DIGITS = 8
IMEI_DIGITS, IMEISV_DIGITS = 15, 16
MODEL = "model"

_SPACES = re.compile(r"[\s_]+")
_BUILD = re.compile(r"(?:.*;\s*)?([^;()]+?)\s+Build/")
_VARIANT = re.compile(r"(?:/(?:DS|N|M|DV|HDS)|\s*\(?dual[ -]?sim\)?|\s*\(A[0-9]{4}\))$", re.IGNORECASE)
_SAMSUNG_CODE = re.compile(r"(SM-[A-Z][0-9]{3})[0-9A-Z]*", re.IGNORECASE)
_MOTO_NUMBER = re.compile(r"^(moto [a-z])\s*\((\d+)\)", re.IGNORECASE)
_NO_PHONE = re.compile(r"(?:unknown|ismeretlen|null|none|n/?a|nan|generic|android|other|test|[-?.0x*]*)", re.IGNORECASE)


@dataclass(frozen=True)
class Handset:
    """A phone: who made it and which one it is. An empty model says that only the maker, if that, is known."""

    maker: str
    model: str


UNKNOWN_HANDSET = Handset(UNKNOWN_MAKER, "")


@dataclass(frozen=True)
class HandsetTables:
    """What is known of single phones beside the rules: by the first 8 digits of the IMEI, and by model code."""

    by_tac: Mapping[str, Handset] = field(default_factory=dict)
    by_type: Mapping[tuple[str, str], Handset] = field(default_factory=dict)  # by maker and model_key of type or model


def read_handset_tables(tacs: Path, phone_types: Path | None = None) -> HandsetTables:
    """Read the table of TACs (columns tac, maker, model) and, if given, of phone types (phone_type, maker, model).

    Makers and models go through the rules, so that an IMEI and a string of the same phone come to the same handset.
    Raises InputError if a file is missing or lacks a column.
    """
    by_type: dict[tuple[str, str], Handset] = {}
    for phone_type, maker, model in _table(phone_types, PHONE_TYPE) if phone_types else ():
        handset = _by_name(maker, model)
        code = _SAMSUNG_CODE.fullmatch(phone_type)
        for name in (phone_type, _by_name(maker, phone_type).model, handset.model, *(code.groups() if code else ())):
            by_type.setdefault((handset.maker, model_key(name)), handset)
    names = HandsetTables(by_type=by_type)
    by_tac = {tac: _settled(_by_name(maker, model), names) for tac, maker, model in _table(tacs, "tac")}
    return HandsetTables(by_tac, by_type)


@functools.cache
def default_tables() -> HandsetTables:
    """Return the tables that come with the program."""
    return read_handset_tables(resource("handsets", "tac.csv"), resource("handsets", "phone_types.csv"))


def resolve_handset(phone_type: str, tables: HandsetTables | None = None) -> Handset:
    """Return the maker and model of a phone-type string, a 15-digit IMEI, a 16-digit IMEISV or an 8-digit TAC.

    What no rule proves is UNKNOWN_MAKER; its model is the string itself, or empty if the string names no phone.
    """
    tables = tables or default_tables()
    digits = phone_type.replace(" ", "").replace("-", "")
    if digits.isascii() and digits.isdigit() and len(digits) >= TAC_DIGITS:
        return _by_imei(digits, tables)
    text = _clean(phone_type)
    if _NO_PHONE.fullmatch(text):
        return UNKNOWN_HANDSET
    for rule in RULES:
        found = rule.pattern.match(text)
        if found:
            model = text[found.end() :] if rule.drop else text
            return _settled(_by_rules(rule.maker, model), tables)
    return Handset(UNKNOWN_MAKER, text)


def is_imei(digits: str) -> bool:
    """Whether 15 digits carry the right check digit (Luhn; 3GPP TS 23.003, annex B)."""
    doubled = [int(digit) * (1 + place % 2) for place, digit in enumerate(digits)]
    return len(digits) == IMEI_DIGITS and sum(number - 9 * (number > 9) for number in doubled) % 10 == 0


def model_key(text: str) -> str:
    """Return what identifies a model whatever its spelling: small letters and digits."""
    return "".join(sign for sign in text.casefold() if sign.isalnum() or sign == "+")


def _by_imei(digits: str, tables: HandsetTables) -> Handset:
    """Look the TAC up; a number that is no IMEI, or one never heard of, is unknown."""
    if len(digits) in (TAC_DIGITS, IMEISV_DIGITS) or is_imei(digits):
        return tables.by_tac.get(digits[:TAC_DIGITS], UNKNOWN_HANDSET)
    return UNKNOWN_HANDSET


def _clean(phone_type: str) -> str:
    """Return a phone-type string with single spaces, out of its browser string, without its dual-SIM suffix."""
    built = _BUILD.match(phone_type)
    text = _SPACES.sub(" ", built.group(1) if built else phone_type).strip(" \"'")
    return _VARIANT.sub("", text).strip()


def _by_rules(maker: str, model: str) -> Handset:
    """Return a handset whose model no longer begins with the maker's name."""
    brand = BRAND_RULES.get(maker)
    if brand is not None:
        model = brand.pattern.sub("", model, count=1) if brand.pattern.match(model) else model
    return Handset(maker, _MOTO_NUMBER.sub(r"\1\2", model.strip()))


def _by_name(maker: str, model: str) -> Handset:
    """Return the handset of a table's row; a maker that stands for several, as "Other", yields to the model's."""
    for text in (model, f"{maker} {model}"):
        for rule in RULES:
            found = rule.pattern.match(text)
            if found and rule.drop and found.group().strip():
                return _by_rules(rule.maker, text[found.end() :])
    return Handset(maker, model)


def _settled(handset: Handset, tables: HandsetTables) -> Handset:
    """Return the handset under the name that the table has for it, if the table has it and the maker agrees."""
    keys = [model_key(handset.model)]
    code = _SAMSUNG_CODE.fullmatch(handset.model)
    if code:
        keys.append(model_key(code.group(1)))
    for key in keys:
        if (handset.maker, key) in tables.by_type:
            return tables.by_type[handset.maker, key]
    return handset


def _table(path: Path, first: str) -> Iterable[tuple[str, str, str]]:
    """Yield the rows of a table of handsets."""
    if not path.is_file():
        raise InputError(f"The table of handsets {path} is missing. Install Semblance again, or give another table.")
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file)
        missing = [name for name in (first, MAKER, MODEL) if name not in (reader.fieldnames or [])]
        if missing:
            found = ", ".join(reader.fieldnames or ["nothing"])
            raise InputError(f'The table of handsets {path.name} lacks the column "{missing[0]}". Found: {found}.')
        for row in reader:
            yield row[first].strip(), row[MAKER].strip(), row[MODEL].strip()
