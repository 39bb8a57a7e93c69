"""Texts, records and template files: what the file keeps besides tables and photos."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import Any, Literal

import apsw

from engine.campaign.encrypted import select
from engine.campaign.records import Event

RecordTable = Literal["log_file", "offer"]


def write_document(connection: apsw.Connection, name: str, text: str) -> None:
    """Put a text in the place of the one of that name."""
    connection.execute("INSERT OR REPLACE INTO document VALUES (?, ?)", (name, text))


def read_document(connection: apsw.Connection, name: str) -> str | None:
    """Return the text of that name, or None."""
    rows = select(connection, "SELECT text FROM document WHERE name = ?", (name,))
    return rows[0][0] if rows else None


def erase_document(connection: apsw.Connection, name: str) -> None:
    """Remove the text of that name, if there is one."""
    connection.execute("DELETE FROM document WHERE name = ?", (name,))


def write_records(connection: apsw.Connection, table: RecordTable, records: Sequence[Mapping[str, Any]]) -> None:
    """Put records in the place of all those in a table, in this order."""
    rows = [(number, json.dumps(record, ensure_ascii=False)) for number, record in enumerate(records)]
    connection.execute(f"DELETE FROM {table}")  # noqa: S608
    connection.executemany(f"INSERT INTO {table} VALUES (?, ?)", rows)  # noqa: S608


def read_records(connection: apsw.Connection, table: RecordTable) -> list[dict[str, Any]]:
    """Return the records of a table in their order."""
    rows = select(connection, f"SELECT record FROM {table} ORDER BY position")  # noqa: S608
    return [json.loads(record) for (record,) in rows]


def write_template(connection: apsw.Connection, family: str, files: Mapping[str, bytes]) -> None:
    """Put a template family in the place of the one of that name. Raises ValueError if a name leads elsewhere."""
    for name in files:
        _require_inner(name)
    connection.execute("DELETE FROM template_file WHERE family = ?", (family,))
    rows = [(family, name, data) for name, data in files.items()]
    connection.executemany("INSERT INTO template_file VALUES (?, ?, ?)", rows)


def template_families(connection: apsw.Connection) -> tuple[str, ...]:
    """Return the names of the template families, in the order of the alphabet."""
    return tuple(name for (name,) in select(connection, "SELECT DISTINCT family FROM template_file ORDER BY family"))


def read_template(connection: apsw.Connection, family: str) -> dict[str, bytes]:
    """Return a template family's files by name. Raises KeyError if there is no such family."""
    rows = select(connection, "SELECT name, data FROM template_file WHERE family = ? ORDER BY name", (family,))
    if not rows:
        raise KeyError(family)
    return dict(rows)


def unpack(files: Mapping[str, bytes], folder: Path) -> None:
    """Write files into a folder, which is made if missing. Raises ValueError if a name leads out of it."""
    for name in files:
        _require_inner(name)
    for name, data in files.items():
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)


def note_event(connection: apsw.Connection, text: str, seconds: float) -> None:
    """Add an event of this moment."""
    at = datetime.now(UTC).isoformat()
    connection.execute("INSERT INTO event (at, text, seconds) VALUES (?, ?, ?)", (at, text, float(seconds)))


def read_events(connection: apsw.Connection) -> tuple[Event, ...]:
    """Return all events, the oldest first."""
    rows = select(connection, "SELECT at, text, seconds FROM event ORDER BY number")
    return tuple(Event(datetime.fromisoformat(at), text, seconds) for at, text, seconds in rows)


def erase_events(connection: apsw.Connection, mention: str) -> None:
    """Remove the events whose text a regular expression finds."""
    for number, text in select(connection, "SELECT number, text FROM event"):
        if re.search(mention, text):
            connection.execute("DELETE FROM event WHERE number = ?", (number,))


def _require_inner(name: str) -> None:
    """Raise ValueError unless a file name stays inside the folder it is unpacked into, on any system."""
    parts = PurePosixPath(name).parts
    if not parts or name.startswith("/") or ".." in parts or "\\" in name or ":" in name:
        raise ValueError(f"not a plain file name: {name!r}")
