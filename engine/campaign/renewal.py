"""The results of a new run put in the place of earlier ones, with all that a person did in the campaign kept."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import apsw

from engine.campaign import documents, photos, tables
from engine.campaign.encrypted import select
from engine.campaign.inventory import LOOK_COLUMNS
from engine.campaign.records import FaceChoice
from engine.columns import CONTACT

OF_PHOTOS = ("thumbnail", "appearance", "inventory_file")
MADE = "made"  # the document that names what the run itself wrote


def mark_made(connection: apsw.Connection) -> None:
    """Note that all documents and tables that are there now come from the run, not from a person."""
    documents.write_document(connection, MADE, json.dumps(_contents(connection)))


def _contents(connection: apsw.Connection) -> dict[str, list[str]]:
    return {
        table: [name for (name,) in select(connection, f"SELECT name FROM {table} ORDER BY name")]  # noqa: S608
        for table in ("document", "arrow_table")
    }


def replace_results(connection: apsw.Connection, fresh: apsw.Connection) -> None:
    """Take everything over from a file that a run has just filled; call it inside a transaction.

    What the earlier run wrote and the new one did not goes. What a person did stays: withdrawn consents, with all that
    they erased; picks of faces, and what they corrected of hair and age, as far as the photos are still there; rights
    said by hand, and those of photos that no table names now; bans and judgements; documents of their own; the history.
    """
    earlier = json.loads(documents.read_document(connection, MADE) or "{}")
    choices = photos.face_choices(connection)
    by_hand = select(connection, f"SELECT {LOOK_COLUMNS} FROM appearance WHERE hair_by_hand OR age_by_hand")  # noqa: S608
    for table, names in _contents(fresh).items():
        gone = {*names, *earlier.get(table, ())}
        connection.executemany(f"DELETE FROM {table} WHERE name = ?", [(name,) for name in gone])  # noqa: S608
    for table in (
        "log_file",
        "offer",
        "template_file",
        "inventory_file",
        "photo",
        "face_choice",
    ):  # a photo takes its own along
        connection.execute(f"DELETE FROM {table}")  # noqa: S608
    connection.execute("DELETE FROM consent WHERE withdrawn_on IS NULL")
    _take_consents(connection, fresh)
    for table in ("document", "arrow_table", "arrow_chunk", "log_file", "offer", "template_file"):
        _copy(connection, fresh, table)
    _copy_photos(connection, fresh)
    _choose_again(connection, choices)
    _correct_again(connection, by_hand)
    _take_rights(connection, fresh)
    events = select(fresh, "SELECT at, text, seconds FROM event ORDER BY number")
    connection.executemany("INSERT INTO event (at, text, seconds) VALUES (?, ?, ?)", events)
    withdrawn = [one.customer for one in photos.read_withdrawn(connection)]
    tables.erase_from_tables(connection, *withdrawn, having=CONTACT)


def _take_consents(connection: apsw.Connection, fresh: apsw.Connection) -> None:
    """Take over the consents, all but those older than the day on which their customer withdrew."""
    withdrawn = {one.customer: one for one in photos.read_withdrawn(connection)}
    for (customer,) in select(fresh, "SELECT customer FROM consent"):
        consent = photos.read_consent(fresh, customer)
        assert consent is not None
        if not consent.is_overruled_by(withdrawn.get(customer)):
            photos.record_consent(connection, consent)


def _take_rights(connection: apsw.Connection, fresh: apsw.Connection) -> None:
    """Take over what the run's table says of rights, all but what a person said otherwise by hand."""
    by_hand = {photo for (photo,) in select(connection, "SELECT photo FROM rights WHERE by_hand")}
    rows = (row for row in fresh.execute("SELECT * FROM rights") if row[0] not in by_hand)
    connection.executemany("INSERT OR REPLACE INTO rights VALUES (?,?,?,?,?,?)", rows)


def _choose_again(connection: apsw.Connection, choices: Sequence[FaceChoice]) -> None:
    """Keep the choices of whose look-alike it is; the pick among them, as far as both photos are there.

    A contact whose photo is gone is chosen no more.
    """
    there = "SELECT 1 FROM photo WHERE {} = ? AND customer IS {} NULL"
    for choice in choices:
        whose = choice.customer if choice.contact is None else choice.contact
        has_face = bool(select(connection, there.format("customer", "NOT"), (whose,)))
        is_there = choice.photo is not None and bool(select(connection, there.format("key", ""), (choice.photo,)))
        if choice.contact is None or has_face:
            row = (choice.customer, choice.contact, choice.photo if has_face and is_there else None)
            connection.execute("INSERT INTO face_choice VALUES (?, ?, ?)", row)


def _copy(connection: apsw.Connection, fresh: apsw.Connection, table: str) -> None:
    """Copy the rows of a table, one at a time: a piece may have megabytes."""
    marks = ",".join("?" * len(select(fresh, f"PRAGMA table_info({table})")))
    connection.executemany(f"INSERT OR REPLACE INTO {table} VALUES ({marks})", fresh.execute(f"SELECT * FROM {table}"))  # noqa: S608


def _copy_photos(connection: apsw.Connection, fresh: apsw.Connection) -> None:
    """Copy the inventory, and the photos and look-alikes of the customers who agree."""
    rows = select(connection, "SELECT customer FROM consent WHERE withdrawn_on IS NULL")
    agreed = {customer for (customer,) in rows}
    for key, customer in select(fresh, "SELECT key, customer FROM photo"):
        if customer is None or customer in agreed:
            _copy_photo(connection, fresh, key)
    matches = [row for row in select(fresh, f"SELECT {photos.MATCH_COLUMNS} FROM match") if row[0] in agreed]  # noqa: S608
    connection.executemany(f"INSERT INTO match ({photos.MATCH_COLUMNS}) VALUES (?, ?, ?, ?, ?)", matches)  # noqa: S608
    kept = {key for (key,) in select(connection, "SELECT key FROM photo")}
    for table in OF_PHOTOS:
        _copy_of_photos(connection, fresh, table, kept)


def take_inventory(connection: apsw.Connection, source: apsw.Connection) -> None:
    """Copy the inventory's photos whose files are known from another campaign file, with all that was read from them.

    A new run then reads only what has changed, and what a person imported is there for it to match. Call it inside a
    transaction.
    """
    keys = [key for (key,) in select(source, "SELECT DISTINCT photo FROM inventory_file WHERE photo IS NOT NULL")]
    for key in keys:
        _copy_photo(connection, source, key)
    for table in OF_PHOTOS:
        _copy_of_photos(connection, source, table, set(keys))


def _copy_photo(connection: apsw.Connection, source: apsw.Connection, key: str) -> None:
    row = select(source, f"SELECT {photos.PHOTO_COLUMNS} FROM photo WHERE key = ?", (key,))[0]  # noqa: S608
    connection.execute(f"INSERT INTO photo ({photos.PHOTO_COLUMNS}) VALUES ({','.join('?' * len(row))})", row)  # noqa: S608


def _copy_of_photos(connection: apsw.Connection, source: apsw.Connection, table: str, keys: set[str]) -> None:
    """Copy the rows of a table that are about some photos, or about none."""
    names = [row[1] for row in select(source, f"PRAGMA table_info({table})")]
    place, marks = names.index("photo"), ",".join("?" * len(names))
    rows = (row for row in source.execute(f"SELECT * FROM {table}") if row[place] is None or row[place] in keys)  # noqa: S608
    connection.executemany(f"INSERT INTO {table} VALUES ({marks})", rows)  # noqa: S608


def _correct_again(connection: apsw.Connection, by_hand: Sequence[tuple[Any, ...]]) -> None:
    """Put back what a person said of hair and age, as far as the photos are there."""
    for photo, *hair, hair_by_hand, low, high, age_by_hand in by_hand:
        if hair_by_hand:
            sql = "UPDATE appearance SET hair_l = ?, hair_a = ?, hair_b = ?, hair_by_hand = 1 WHERE photo = ?"
            connection.execute(sql, (*hair, photo))
        if age_by_hand:
            sql = "UPDATE appearance SET age_low = ?, age_high = ?, age_by_hand = 1 WHERE photo = ?"
            connection.execute(sql, (low, high, photo))
