"""Which tables of a warehouse hold what, as a TOML file."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from engine import columns
from engine.errors import InputError, PlaceError
from engine.warehouse.address import parse_address


@dataclass(frozen=True)
class Content:
    """What a kind of table has: its columns with their types, and which of them it cannot do without."""

    types: Mapping[str, str]
    needed: frozenset[str]


CONTENTS = {
    "calls": Content(
        {
            columns.CALLER: "string",
            columns.CALLEE: "string",
            columns.TIME: "timestamp",
            columns.SECONDS: "int64",
            columns.CELL: "string",
            columns.PHONE_TYPE: "string",
            columns.KIND: "string",
        },
        frozenset({columns.CALLER, columns.CALLEE, columns.TIME}),
    ),
    "customers": Content(
        {
            columns.CUSTOMER: "string",
            columns.RESIDENCE: "string",
            columns.SEX: "string",
            columns.BIRTH_YEAR: "int64",
            columns.SINCE: "date",
            columns.LEFT_ON: "date",
            columns.PHONE_SINCE: "date",
            columns.FIRST_NAME: "string",
            columns.PHOTO_CONSENT: "date",
        },
        frozenset({columns.CUSTOMER}),
    ),
    "usage": Content(
        {
            columns.CUSTOMER: "string",
            columns.TIME: "timestamp",
            columns.MEGABYTES: "float64",
            columns.PHONE_TYPE: "string",
            columns.CATEGORY: "string",
        },
        frozenset({columns.CUSTOMER, columns.TIME, columns.MEGABYTES}),
    ),
    "cells": Content(
        {columns.CELL: "string", "latitude": "float64", "longitude": "float64"},
        frozenset({columns.CELL, "latitude", "longitude"}),
    ),
}
NEEDED = ("calls", "customers")


@dataclass(frozen=True)
class Source:
    """A table of the warehouse: its name (schema.table), where columns are called otherwise, and what a message is."""

    name: str
    columns: Mapping[str, str] = field(default_factory=dict)
    messages: tuple[str, ...] = ("message",)


@dataclass(frozen=True)
class WarehousePlan:
    """The sources by kind, the zone of the wall clocks where times have a zone, and the warehouse if it is named.

    Records before the day ``first`` and after the day ``last`` are left out.
    """

    sources: Mapping[str, Source]
    time_zone: str | None = None
    url: str | None = None
    first: date | None = None
    last: date | None = None


def load_plan(path: Path) -> WarehousePlan:
    """Read a plan. Raises InputError if it says something that is not understood, PlaceError if there is no file."""
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise PlaceError.of(error, path) from error
    except UnicodeDecodeError as error:
        raise InputError(f"{path} is not UTF-8 text. Choose the warehouse's plan, a TOML file.") from error
    try:
        return parse_plan(text, str(path))
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"{path} is not TOML: {error}. Correct it there.") from error


def parse_plan(text: str, name: str) -> WarehousePlan:
    """Read a plan's text; ``name`` is what the file is called in a refusal."""
    entries = tomllib.loads(text)
    if "files" in entries:
        raise InputError(f"{name} is a plan for reading files. Leave --warehouse out, or give a warehouse's plan.")
    _refuse_strange(entries, {"warehouse", "time_zone", "from", "until", "tables"}, name)
    url, zone, tables = entries.get("warehouse"), entries.get("time_zone"), entries.get("tables", {})
    if url is not None:
        parse_address(_text(url, "warehouse", name))
    if zone is not None:
        _check_zone(_text(zone, "time_zone", name), name)
    if not isinstance(tables, dict):
        raise InputError(f"In {name}, tables is no section. Write [tables.calls] and so on.")
    _refuse_strange(tables, set(CONTENTS), f"[tables] of {name}")
    missing = [kind for kind in NEEDED if kind not in tables]
    if missing:
        raise InputError(f"{name} names no table for {' and '.join(missing)}. Add [tables.{missing[0]}] with its name.")
    sources = {kind: _source(kind, entry, name) for kind, entry in tables.items()}
    return WarehousePlan(sources, zone, url, _day(entries, "from", name), _day(entries, "until", name))


def plan_text(plan: WarehousePlan) -> str:
    """Return a plan as TOML, as ``parse_plan`` reads it."""
    import tomli_w

    top = {"warehouse": plan.url, "time_zone": plan.time_zone, "from": plan.first, "until": plan.last}
    tables = {
        kind: {"name": source.name, "columns": dict(source.columns), "messages": list(source.messages)}
        for kind, source in plan.sources.items()
    }
    return tomli_w.dumps({key: value for key, value in top.items() if value is not None} | {"tables": tables})


def _source(kind: str, entry: Any, name: str) -> Source:
    """Read one section [tables.KIND]."""
    place = f"[tables.{kind}] of {name}"
    if not isinstance(entry, dict):
        raise InputError(f"{place} is no section. Give it a name and, where they differ, columns.")
    _refuse_strange(entry, {"name", "columns", "messages"}, place)
    renamed, messages = entry.get("columns", {}), entry.get("messages", ["message"])
    if not isinstance(renamed, dict) or not all(isinstance(value, str) for value in renamed.values()):
        raise InputError(f"In {place}, columns has to say which column is which, such as {{ caller = 'a_number' }}.")
    _refuse_strange(renamed, set(CONTENTS[kind].types), f"columns in {place}")
    if not isinstance(messages, list) or not all(isinstance(value, str) for value in messages):
        raise InputError(f"In {place}, messages has to be a list of the kinds that are messages, such as ['SMS'].")
    return Source(_text(entry.get("name"), "name", place), renamed, tuple(messages))


def _day(entries: Mapping[str, Any], key: str, place: str) -> date | None:
    value = entries.get(key)
    if value is None or (isinstance(value, date) and not isinstance(value, datetime)):
        return value
    raise InputError(f"In {place}, {key} is not given as a day. Write it as in {key} = 2025-01-31.")


def _text(value: Any, key: str, place: str) -> str:
    if not isinstance(value, str) or not value:
        raise InputError(f"In {place}, {key} is not given as text. Correct it there.")
    return value


def _refuse_strange(entries: Mapping[str, Any], known: set[str], place: str) -> None:
    strange = sorted(set(entries) - known)
    if strange:
        raise InputError(f"{place} says {strange[0]}, which is not known. Use {', '.join(sorted(known))}.")


def _check_zone(zone: str, name: str) -> None:
    try:
        ZoneInfo(zone)
    except (ValueError, OSError, KeyError) as error:
        raise InputError(f"In {name}, {zone} is no time zone. Give one such as Europe/Budapest.") from error
