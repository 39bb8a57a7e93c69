"""An operator's own table of type allocation codes, checked at the border."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from engine.columns import MAKER
from engine.errors import InputError
from engine.handsets.handset import MODEL, TAC_DIGITS, DeviceClass, Handset
from engine.handsets.spelling import by_name
from engine.handsets.table_text import LONGEST, delimiter_of, table_text

if TYPE_CHECKING:
    import _csv

NAMES = {
    "tac": ("tac", "tac code", "type allocation code", "imei tac", "tac_code"),
    MAKER: (
        "maker", "manufacturer", "brand", "vendor", "make", "oem", "gyártó", "márka", "hersteller", "marke",
        "brand name", "brand_name",
    ),
    MODEL: (
        "model", "modell", "marketing name", "marketing_name", "device", "model name", "model_name", "típus",
        "készülék", "typ", "gerät",
    ),
    "device_class": ("device_class", "device class", "device type", "device_type", "class", "eszköztípus", "gerätetyp"),
    "launched": ("launched", "launch year", "launch_year", "year", "év", "jahr"),
}  # fmt: skip
CLASS_WORDS = (
    (DeviceClass.FEATURE_PHONE, ("feature", "basic")),
    (DeviceClass.TABLET, ("tablet",)),
    (DeviceClass.WATCH, ("watch", "wearable", "óra", "uhr")),
    (DeviceClass.MODEM, ("modem", "router", "dongle", "module", "hotspot", "iot", "m2m", "wlan")),
    (DeviceClass.PHONE, ("phone", "handset", "telefon", "handy")),
)


@dataclass(frozen=True)
class TacRow:
    """A row of the table as it stands there."""

    maker: str
    model: str
    device_class: DeviceClass = DeviceClass.UNKNOWN
    launched: int | None = None

    @property
    def handset(self) -> Handset:
        """The handset under the names that the rules give it."""
        named = by_name(self.maker, self.model)
        kind = self.device_class if self.device_class is not DeviceClass.UNKNOWN else named.device_class
        return Handset(named.maker, named.model, kind, self.launched or named.launched)


@dataclass(frozen=True)
class TacTable:
    """The operator's TACs, and how many rows were set aside, with the reason for the first."""

    rows: Mapping[str, TacRow] = field(default_factory=dict)
    set_aside: int = 0
    first_reason: str = ""


def read_tac_table(path: Path) -> TacTable:
    """Read an operator's CSV of TACs: columns tac, maker, model; perhaps device class and launch year.

    Comma, semicolon, tab or bar; UTF-8, UTF-16 or cp1250; English, Hungarian or German column names. Rows without a
    TAC of 8 digits or without a maker are set aside; so is a row that says of a TAC something else than one before it.
    Raises InputError if the file is no such table or no row can be used, PlaceError if it cannot be read.
    """
    text = table_text(path, "table of TACs")
    lines = csv.reader(text.splitlines(), delimiter=delimiter_of(text))
    try:
        places = _places(path, next(lines, []))
        return _rows(path, lines, places)
    except csv.Error as error:
        raise InputError(
            f"{path.name}, line {lines.line_num}: {error}. Save the table of TACs as CSV again."
        ) from error


def _places(path: Path, header: list[str]) -> dict[str, int]:
    """Return where each column stands."""
    names = [name.strip().casefold() for name in header]
    places = {}
    for column, synonyms in NAMES.items():
        found = next((names.index(name) for name in synonyms if name in names), None)
        if found is not None:
            places[column] = found
        elif column in ("tac", MAKER, MODEL):
            seen = ", ".join(name.strip() for name in header if name.strip())[:200] or "nothing"
            raise InputError(f'The table of TACs {path.name} lacks the column "{column}". Found: {seen}.')
    return places


def _rows(path: Path, lines: _csv.Reader, places: dict[str, int]) -> TacTable:
    """Check and take the rows."""
    rows: dict[str, TacRow] = {}
    set_aside, first_reason = 0, ""
    for line in lines:
        if not any(line):
            continue
        cells = {column: line[place].strip() if place < len(line) else "" for column, place in places.items()}
        reason = _wrong(cells)
        if not reason and rows.setdefault(cells["tac"], row := _row(cells)) != row:
            reason = f"the TAC {cells['tac']} is another handset further up, which counts. Delete one of the two rows."
        if reason:
            set_aside += 1
            first_reason = first_reason or f"{path.name}, line {lines.line_num}: {reason}"
    if not rows:
        raise InputError(first_reason or f"The table of TACs {path.name} has no rows. Give another table.")
    return TacTable(rows, set_aside, first_reason)


def _row(cells: Mapping[str, str]) -> TacRow:
    """Take a row that was checked; a year that is none is not known."""
    year = cells.get("launched", "")[:4]
    launched = int(year) if year.isascii() and year.isdigit() and 1980 <= int(year) <= 2100 else None
    return TacRow(cells[MAKER], cells[MODEL], class_of(cells.get("device_class", "")), launched)


def class_of(text: str) -> DeviceClass:
    """Return the class that an operator's word for it means."""
    word = text.casefold()
    return next((kind for kind, words in CLASS_WORDS if any(each in word for each in words)), DeviceClass.UNKNOWN)


def _wrong(cells: Mapping[str, str]) -> str:
    """Return what is wrong with a row, or an empty string."""
    tac = cells["tac"]
    if not (len(tac) == TAC_DIGITS and tac.isascii() and tac.isdigit()):
        return f'"{tac[:40]}" is no TAC of 8 digits. Keep the column as text, so that leading zeros stay.'
    if not cells[MAKER]:
        return f"the TAC {tac} has no maker. Add it, or delete the row."
    if max(len(cells[MAKER]), len(cells[MODEL])) > LONGEST:
        return f"the name of the TAC {tac} is too long: at most {LONGEST} signs."
    return ""
