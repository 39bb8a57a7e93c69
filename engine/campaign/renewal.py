"""The results of a new run put in the place of earlier ones, with all that a person did in the campaign kept."""

from __future__ import annotations

import json
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from typing import Any

import apsw

from engine.campaign import documents, photos, said, tables
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
    they erased; customers' photos chosen by hand, while the consent holds; picks of faces, rights set by hand, bans,
    judgements, and what they corrected of hair and age, as far as the photos still show the same; documents of their
    own; the history.
    """
    earlier = json.loads(documents.read_document(connection, MADE) or "{}")
    choices = photos.face_choices(connection)
    by_hand = select(connection, f"SELECT {LOOK_COLUMNS} FROM appearance WHERE hair_by_hand OR age_by_hand")  # noqa: S608
    said_of = said.pictures_with_a_say(connection)
    for table, names in _contents(fresh).items():
        gone = {*names, *earlier.get(table, ())}
        connection.executemany(f"DELETE FROM {table} WHERE name = ?", [(name,) for name in gone])  # noqa: S608
    for table in ("log_file", "offer", "template_file", "inventory_file", "face_choice"):
        connection.execute(f"DELETE FROM {table}")  # noqa: S608
    _renew_consents(connection, fresh)
    for table in ("document", "arrow_table", "arrow_chunk", "log_file", "offer", "template_file"):
        _copy(connection, fresh, table)
    _copy_photos(connection, fresh)
    changed = said.forget_where_changed(connection, said_of)
    if changed:
        documents.note_event(connection, said.words(sorted(changed)), 0.0)
    _choose_again(connection, choices, changed)
    _correct_again(connection, [row for row in by_hand if row[0] not in changed])
    _take_rights(connection, fresh)
    events = select(fresh, "SELECT at, text, seconds FROM event ORDER BY number")
    connection.executemany("INSERT INTO event (at, text, seconds) VALUES (?, ?, ?)", events)
    withdrawn = [one.customer for one in photos.read_withdrawn(connection)]
    tables.erase_from_tables(connection, *withdrawn, having=CONTACT)


def _renew_consents(connection: apsw.Connection, fresh: apsw.Connection) -> None:
    """Take over the consents, and remove all photos but those that a person chose for customers who still agree.

    Of the others who agree no more, the bans and judgements go too.
    """
    agreed = _agreed(connection)
    connection.execute("DELETE FROM photo WHERE NOT by_hand")  # a photo takes its own along
    for customer in agreed - _agreed(fresh):
        photos.erase_photo(connection, customer)
    chosen = "SELECT customer FROM photo WHERE customer IS NOT NULL"
    connection.execute(f"DELETE FROM consent WHERE withdrawn_on IS NULL AND customer NOT IN ({chosen})")  # noqa: S608
    _take_consents(connection, fresh)


def _agreed(connection: apsw.Connection) -> set[str]:
    rows = select(connection, "SELECT customer FROM consent WHERE withdrawn_on IS NULL")
    return {customer for (customer,) in rows}


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
    sql = """
        INSERT INTO rights VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (photo) DO UPDATE SET
            release = iif(by_hand, release, excluded.release),
            territories = iif(by_hand, territories, excluded.territories),
            expires_on = iif(by_hand, expires_on, excluded.expires_on),
            tags = iif(tagged_by_hand, tags, excluded.tags)
    """
    connection.executemany(sql, fresh.execute("SELECT * FROM rights"))


def _choose_again(connection: apsw.Connection, choices: Sequence[FaceChoice], changed: AbstractSet[str]) -> None:
    """Keep the choices of whose look-alike it is; the pick among them, as far as both photos are there and the same.

    A contact whose photo is gone is chosen no more.
    """
    there = "SELECT 1 FROM photo WHERE {} = ? AND customer IS {} NULL"
    for choice in choices:
        whose = choice.customer if choice.contact is None else choice.contact
        has_face = bool(select(connection, there.format("customer", "NOT"), (whose,)))
        is_same = choice.photo is not None and choice.photo not in changed
        is_there = is_same and bool(select(connection, there.format("key", ""), (choice.photo,)))
        if choice.contact is None or has_face:
            row = (choice.customer, choice.contact, choice.photo if has_face and is_there else None)
            connection.execute("INSERT INTO face_choice VALUES (?, ?, ?)", row)


def _copy(connection: apsw.Connection, fresh: apsw.Connection, table: str) -> None:
    """Copy the rows of a table, one at a time: a piece may have megabytes."""
    marks = ",".join("?" * len(select(fresh, f"PRAGMA table_info({table})")))
    connection.executemany(f"INSERT OR REPLACE INTO {table} VALUES ({marks})", fresh.execute(f"SELECT * FROM {table}"))  # noqa: S608


def _copy_photos(connection: apsw.Connection, fresh: apsw.Connection) -> None:
    """Copy the inventory, and the photos and look-alikes of the customers who agree; a photo chosen by hand stays."""
    chosen = {customer for (customer,) in select(connection, "SELECT customer FROM photo")}
    from_run, kept = _agreed(connection) - chosen, set()
    for key, customer in select(fresh, "SELECT key, customer FROM photo"):
        if customer is None or customer in from_run:
            _copy_photo(connection, fresh, key)
            kept.add(key)
    matches = [row for row in select(fresh, f"SELECT {photos.MATCH_COLUMNS} FROM match") if row[0] in from_run]  # noqa: S608
    connection.executemany(f"INSERT INTO match ({photos.MATCH_COLUMNS}) VALUES (?, ?, ?, ?, ?)", matches)  # noqa: S608
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
