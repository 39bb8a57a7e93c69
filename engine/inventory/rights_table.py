"""A table of rights, CSV or workbook: which photos are released, for where and until when."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path

from engine.campaign import Campaign, PhotoRights, Release
from engine.errors import InputError
from engine.inventory.headed_table import HeadedTable, find_table
from engine.inventory.named_photos import NamedPhotos
from engine.inventory.rights import TABLE_DOCUMENT, territory_names
from engine.logs.forms import DAY_FORMS, ISO, is_ambiguous, time_form
from engine.logs.names import plain_name

# What the columns are called, in English, Hungarian and German, as plain_name writes it
_NAMES = {
    "photo": "photo file filename file_name picture image name path photo_file foto fajl fajlnev kep kepfajl datei "
    "dateiname bild",
    "release": "release released model_release modelrelease consent hozzajarulas modellhozzajarulas engedely freigabe "
    "modelfreigabe einwilligung",
    "territory": "territory territories country countries region regions where terulet orszag orszagok gebiet land "
    "laender lander",
    "expires": "expires expires_on expiry expiry_date expiration valid_until until end end_date ends_on lejarat lejar "
    "ervenyes ervenyesseg ablauf ablaufdatum gueltig_bis gultig_bis bis",
    "tags": "tags tag keywords keyword labels cimkek cimke kulcsszavak schlagworte schlagwort",
}
COLUMNS = {role: frozenset(names.split()) for role, names in _NAMES.items()}
_RELEASES: dict[Release, str] = {
    "yes": "yes y true 1 x released signed ok igen i van alairva ja j wahr unterschrieben",
    "no": "no n false 0 none refused nem nincs nein falsch fehlt",
    "unknown": "unknown pending ismeretlen fuggoben unbekannt offen",
}
RELEASES: dict[str, Release] = {word: release for release, words in _RELEASES.items() for word in words.split()} | {
    "": "unknown"
}
_EVERYWHERE = "worldwide world everywhere all global vilag vilagszerte mindenhol weltweit ueberall uberall"
EVERYWHERE = frozenset(_EVERYWHERE.split())
SEPARATORS = re.compile(r"[;,|/]")


@dataclass(frozen=True)
class RowProblem:
    """A row of the table that could not be used, and a sentence that says why."""

    line: int
    sentence: str


@dataclass(frozen=True)
class RightsTable:
    """What a table of rights says; ``photo`` of each record is what the table calls the file."""

    name: str
    records: tuple[PhotoRights, ...]
    problems: tuple[RowProblem, ...] = ()


@dataclass(frozen=True)
class AppliedRights:
    """What became of a table: for how many photos it counts, which of its files and which photos have no partner."""

    applied: int
    not_in_inventory: tuple[str, ...]
    without_record: tuple[str, ...]  # photos that may not be used until they are in the table
    problems: tuple[RowProblem, ...]


def read_rights(path: Path) -> RightsTable:
    """Read a table of rights from CSV, XLSX or Parquet; of a workbook, the first sheet that names photos.

    It needs a column of photos and one of releases, in English, Hungarian or German. Raises InputError if it has none,
    or if days could be read in two ways.
    """
    found = find_table(path, COLUMNS, {"photo", "release"})
    if found is None:
        raise InputError(
            f"{path.name} has no columns “photo” and “release”. Name the columns photo, release, territory, expires, "
            "tags."
        )
    return _read(found)


def _read(found: HeadedTable) -> RightsTable:
    table, cells = found.table, found.cell
    form = _day_form(table.name, [cells("expires", row) for _, row in table.rows])
    records: dict[str, PhotoRights] = {}
    problems = []
    for line, row in table.rows:
        photo = cells("photo", row)
        try:
            if not photo:
                raise InputError("No photo is named. Write the name of its file.")
            if photo in records:
                raise InputError(f"{photo} stands in the table twice; the first row counts. Remove one of the two.")
            records[photo] = PhotoRights(
                photo,
                _release(cells("release", row)),
                _territories(cells("territory", row)),
                _day(cells("expires", row), form),
                _words(cells("tags", row)),
            )
        except InputError as error:
            problems.append(RowProblem(line, f"{table.name}, line {line}: {error}"))
    return RightsTable(table.name, tuple(records.values()), tuple(problems))


def _release(text: str) -> Release:
    release = RELEASES.get(plain_name(text) or "unknown")  # "?" and "-" are no words
    if release is not None:
        return release
    raise InputError(f"“{text}” is no release. Write yes, no or unknown.")


def _territories(text: str) -> tuple[str, ...]:
    names = _words(text)
    return () if any(plain_name(name) in EVERYWHERE for name in names) else territory_names(names)


def _words(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(word for part in SEPARATORS.split(text) if (word := part.strip())))


def _day_form(name: str, texts: Sequence[str]) -> str:
    """Return how the days are written. Raises InputError if day and month could be swapped."""
    days = [text for text in texts if text]
    form, _ = time_form(days, (ISO, *DAY_FORMS)) if days else (ISO, 1.0)
    if days and is_ambiguous(form, days):
        raise InputError(f"{name}: it cannot be told which is day and which is month. Write days as 2027-03-31.")
    return form


def _day(text: str, form: str) -> date | None:
    if not text:
        return None
    try:
        if form == ISO:
            return date(*(int(number) for number in re.split(r"[ T]", text)[0].split("-")))
        return datetime.strptime(text, form).date()
    except (ValueError, TypeError) as error:
        raise InputError(f"“{text}” is no day. Write days as 2027-03-31.") from error


def apply_rights(campaign: Campaign, table: RightsTable) -> AppliedRights:
    """Record what a table says; from now on, what it does not clear cannot be used.

    A file is known by the photo's key, by its path or the end of it, or, where the table writes no folder, by its name
    alone if only one photo bears it; a row with the key or the whole path goes before one with less. What is said of
    files that are not there yet is kept under their names. Records of photos that the table does not name stay.
    """
    photos = NamedPhotos(campaign, [record.photo for record in table.records])
    records: dict[str, PhotoRights] = {}
    said: dict[str, tuple[str, bool]] = {}  # of each photo, what the table calls it, and whether by its whole name
    absent, problems = [], list(table.problems)
    for record in table.records:
        found, is_whole = photos.meant_by(record.photo)
        if len(found) > 1:
            sentence = f"{table.name}: {record.photo} may be {' or '.join(found[:3])}. Write the folder too."
            problems.append(RowProblem(0, sentence))
            continue
        key = found[0] if found else record.photo.replace("\\", "/")
        if not found:
            absent.append(record.photo)
        name, was_whole = said.get(key, ("", False))
        if name and was_whole == is_whole:
            sentence = f"{table.name}: {name} and {record.photo} are one photo; the first row counts. Remove one."
            problems.append(RowProblem(0, sentence))
        if not name or (is_whole and not was_whole):
            said[key] = record.photo, is_whole
            records[key] = replace(record, photo=key)
    keys = campaign.photo_keys("inventory")
    with campaign.transaction():
        campaign.inventory.set_rights(records.values(), by_hand=False)
        campaign.write_document(TABLE_DOCUMENT, json.dumps(table.name, ensure_ascii=False))
        known = campaign.inventory.rights(keys)
    without = tuple(key for key in keys if key not in known)
    return AppliedRights(len(records) - len(absent), tuple(absent), without, tuple(problems))
