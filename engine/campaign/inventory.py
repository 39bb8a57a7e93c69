"""The inventory's rows: files, thumbnails, looks, rights and bans; ``Campaign.inventory`` has them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import astuple
from datetime import date
from typing import Any

import apsw
import numpy as np
from numpy.typing import NDArray

from engine.campaign.encrypted import select
from engine.campaign.records import EMBEDDING_SIZE, Appearance, InventoryFile, PhotoRights, Role

Held = Callable[[], AbstractContextManager[apsw.Connection]]
FILE_COLUMNS = "path, folder, size, modified_ns, digest, photo, refused"
LOOK_COLUMNS = "photo, hair_l, hair_a, hair_b, hair_by_hand, age_low, age_high, age_by_hand"
KEEP_RIGHTS = """
    INSERT INTO rights VALUES (
        ?1, ?2, ?3, ?4, ?5, ?6 AND (?2, ?3, ?4) IS NOT ('unknown', '[]', NULL), ?6 AND ?5 != '[]'
    ) ON CONFLICT (photo) DO UPDATE SET
        release = ?2, territories = ?3, expires_on = ?4, tags = ?5,
        by_hand = ?6 AND (by_hand OR (release, territories, expires_on) IS NOT (?2, ?3, ?4)),
        tagged_by_hand = ?6 AND (tagged_by_hand OR tags != ?5)
"""
AT_ONCE = 500  # keys in one question


class Inventory:
    """What an open campaign file keeps of its inventory besides the photos; each call is one transaction."""

    def __init__(self, reading: Held, writing: Held) -> None:
        self._reading = reading
        self._writing = writing

    # files

    def files(self) -> tuple[InventoryFile, ...]:
        """Return the files that were read for the inventory, by path."""
        with self._reading() as connection:
            rows = select(connection, f"SELECT {FILE_COLUMNS} FROM inventory_file ORDER BY path")  # noqa: S608
        return tuple(InventoryFile(*row) for row in rows)

    def keep_file(self, file: InventoryFile) -> None:
        """Note what became of a file, in the place of an earlier note on the same path."""
        with self._writing() as connection:
            connection.execute(
                f"INSERT OR REPLACE INTO inventory_file ({FILE_COLUMNS}) VALUES (?,?,?,?,?,?,?)",  # noqa: S608
                astuple(file),
            )

    def forget_files(self, paths: Iterable[str]) -> None:
        """Forget that files were read; their photos stay."""
        with self._writing() as connection:
            connection.executemany("DELETE FROM inventory_file WHERE path = ?", [(path,) for path in paths])

    def remove(self, keys: Iterable[str]) -> None:
        """Remove photos from the inventory with all that was read from them; their rights stay on record."""
        with self._writing() as connection:
            connection.executemany("DELETE FROM photo WHERE key = ? AND role = 'inventory'", [(key,) for key in keys])

    # faces

    def embeddings(self, role: Role = "inventory") -> tuple[tuple[str, ...], NDArray[np.float32], tuple[str, ...]]:
        """Return keys, (n, 512) embeddings and the SHA-256 of the model of each, in the order of the keys.

        Of customers, the keys are those of their photos.
        """
        with self._reading() as connection:
            rows = select(connection, "SELECT key, embedding, model FROM photo WHERE role = ? ORDER BY key", (role,))
        joined = b"".join(row[1] for row in rows)
        embeddings = np.frombuffer(joined, "<f4").astype(np.float32, copy=False).reshape(len(rows), EMBEDDING_SIZE)
        return tuple(row[0] for row in rows), embeddings, tuple(row[2] for row in rows)

    def models(self, role: Role = "inventory") -> dict[str, str]:
        """Return the SHA-256 of the model of each photo's embedding, in the order of the keys."""
        with self._reading() as connection:
            return dict(select(connection, "SELECT key, model FROM photo WHERE role = ? ORDER BY key", (role,)))

    def chosen_by_hand(self) -> frozenset[str]:
        """Return the keys of the photos that a person chose for customers, rather than a run."""
        with self._reading() as connection:
            return frozenset(key for (key,) in select(connection, "SELECT key FROM photo WHERE by_hand"))

    def keep_embeddings(self, embeddings: Iterable[tuple[str, NDArray[np.float32], str]]) -> None:
        """Put embeddings, (512,) of unit length, in the place of earlier ones: key, embedding, SHA-256 of the model."""
        rows = [(row.astype("<f4").tobytes(), model, key) for key, row, model in embeddings]
        with self._writing() as connection:
            connection.executemany("UPDATE photo SET embedding = ?, model = ? WHERE key = ?", rows)

    # thumbnails

    def thumbnails(self, keys: Iterable[str]) -> dict[str, bytes]:
        """Return the thumbnails that are kept of these photos, as JPEG, by key."""
        return dict(self._of("photo, jpeg", "thumbnail", keys))

    def keep_thumbnails(self, jpegs: Mapping[str, bytes]) -> None:
        """Keep thumbnails of stored photos; one of a photo that is gone meanwhile is dropped."""
        with self._writing() as connection:
            connection.executemany(
                "INSERT OR REPLACE INTO thumbnail SELECT key, ? FROM photo WHERE key = ?",
                [(jpeg, key) for key, jpeg in jpegs.items()],
            )

    # appearance

    def appearances(self, keys: Iterable[str] | None = None) -> dict[str, Appearance]:
        """Return what is known of hair and age, by photo key; of all photos, or of some."""
        return {row[0]: _appearance(row) for row in self._of(LOOK_COLUMNS, "appearance", keys)}

    def measure(self, key: str, found: Appearance) -> None:
        """Keep what was measured on a photo; what a person set by hand stays. Of a photo that is gone, nothing is."""
        with self._writing() as connection:
            if not _is_there(connection, key):
                return
            known = self.appearances([key]).get(key, Appearance())
            hair = known.hair if known.hair_by_hand else found.hair
            age = known.age if known.age_by_hand else found.age
            self.set_appearance(key, Appearance(hair, age, known.hair_by_hand, known.age_by_hand))

    def set_appearance(self, key: str, appearance: Appearance) -> None:
        """Keep hair and age of a photo as they are told. Raises ValueError if no such photo is stored."""
        hair, age = appearance.hair or (None, None, None), appearance.age or (None, None)
        values = (key, *hair, int(appearance.hair_by_hand), *age, int(appearance.age_by_hand))
        with self._writing() as connection:
            if not _is_there(connection, key):
                raise ValueError(f"there is no photo {key}")
            connection.execute(
                f"INSERT OR REPLACE INTO appearance ({LOOK_COLUMNS}) VALUES (?,?,?,?,?,?,?,?)",  # noqa: S608
                values,
            )

    # rights

    def rights(self, keys: Iterable[str] | None = None) -> dict[str, PhotoRights]:
        """Return the records of rights, by photo key; all, or those of some photos."""
        rows = self._of("photo, release, territories, expires_on, tags", "rights", keys)
        return {row[0]: _rights(row) for row in rows}

    def set_rights(self, records: Iterable[PhotoRights], *, by_hand: bool = True) -> None:
        """Keep records of rights in the place of earlier ones of the same photos.

        What a person changed ``by_hand``, rights or tags, stays when the campaign is read again; tables are read anew.
        """
        rows = [
            (
                each.photo,
                each.release,
                json.dumps(each.territories, ensure_ascii=False),
                each.expires_on and each.expires_on.isoformat(),
                json.dumps(each.tags, ensure_ascii=False),
                int(by_hand),
            )
            for each in records
        ]
        with self._writing() as connection:
            connection.executemany(KEEP_RIGHTS, rows)

    def forget_rights(self, keys: Iterable[str]) -> None:
        """Remove the records of rights of some photos."""
        with self._writing() as connection:
            connection.executemany("DELETE FROM rights WHERE photo = ?", [(key,) for key in keys])

    def forget_rights_of_tables(self) -> None:
        """Remove what tables said of rights; what a person said by hand stays."""
        with self._writing() as connection:
            connection.execute("DELETE FROM rights WHERE NOT (by_hand OR tagged_by_hand)")
            nothing = "release = 'unknown', territories = '[]', expires_on = NULL"
            connection.execute(f"UPDATE rights SET {nothing} WHERE NOT by_hand")  # noqa: S608
            connection.execute("UPDATE rights SET tags = '[]' WHERE NOT tagged_by_hand")

    # bans

    def ban(self, customer: str, photo: str) -> None:
        """Keep a photo out of a customer's look-alikes."""
        with self._writing() as connection:
            connection.execute("INSERT OR IGNORE INTO ban VALUES (?, ?)", (customer, photo))

    def allow(self, customer: str, photo: str) -> None:
        """Take a ban back."""
        with self._writing() as connection:
            connection.execute("DELETE FROM ban WHERE customer = ? AND photo = ?", (customer, photo))

    def bans(self, customer: str) -> frozenset[str]:
        """Return the photos that a customer's look-alikes must not be."""
        with self._reading() as connection:
            rows = select(connection, "SELECT photo FROM ban WHERE customer = ?", (customer,))
        return frozenset(photo for (photo,) in rows)

    def all_bans(self) -> dict[str, frozenset[str]]:
        """Return the banned photos of all customers who have any."""
        found: dict[str, set[str]] = {}
        with self._reading() as connection:
            for customer, photo in select(connection, "SELECT customer, photo FROM ban"):
                found.setdefault(customer, set()).add(photo)
        return {customer: frozenset(photos) for customer, photos in found.items()}

    def _of(self, columns: str, table: str, keys: Iterable[str] | None) -> list[tuple[Any, ...]]:
        """Return the rows of a table about some photos, or about all."""
        with self._reading() as connection:
            if keys is None:
                return select(connection, f"SELECT {columns} FROM {table}")  # noqa: S608
            found: list[tuple[Any, ...]] = []
            for part in _in_parts(list(keys)):
                marks = ",".join("?" * len(part))
                found += select(connection, f"SELECT {columns} FROM {table} WHERE photo IN ({marks})", part)  # noqa: S608
            return found


def _is_there(connection: apsw.Connection, key: str) -> bool:
    return bool(select(connection, "SELECT 1 FROM photo WHERE key = ?", (key,)))


def _in_parts(keys: Sequence[str]) -> list[Sequence[str]]:
    return [keys[start : start + AT_ONCE] for start in range(0, len(keys), AT_ONCE)]


def _appearance(row: tuple[Any, ...]) -> Appearance:
    _, lightness, a, b, hair_by_hand, low, high, age_by_hand = row
    hair = None if lightness is None else (lightness, a, b)
    return Appearance(hair, None if low is None else (low, high), bool(hair_by_hand), bool(age_by_hand))


def _rights(row: tuple[Any, ...]) -> PhotoRights:
    photo, release, territories, expires_on, tags = row
    return PhotoRights(
        photo,
        release,
        tuple(json.loads(territories)),
        None if expires_on is None else date.fromisoformat(expires_on),
        tuple(json.loads(tags)),
    )
