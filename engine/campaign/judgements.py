"""What the designer answered in the teaching, and the versions of what was learnt. ``Campaign.judgements`` has it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from typing import Any

import apsw

from engine.campaign.encrypted import select
from engine.campaign.records import Judgement, TasteVersion

Held = Callable[[], AbstractContextManager[apsw.Connection]]
COLUMNS = "number, probe, customer, a, b, chosen, at, repeat_of"
VERSION = "number, name, kind, made_at, document, data IS NOT NULL"


class Judgements:
    """Judgements and versions in an open campaign file; each call is one transaction.

    A customer's judgements go with the consent. Which version is in use is for its maker to keep, in a document.
    """

    def __init__(self, reading: Held, writing: Held) -> None:
        self._reading = reading
        self._writing = writing

    def add(self, judgement: Judgement) -> int:
        """Keep a judgement; return its number. Its own ``number`` is passed over."""
        with self._writing() as connection:
            connection.execute(
                "INSERT INTO judgement (probe, customer, a, b, chosen, at, repeat_of) VALUES (?,?,?,?,?,?,?)",
                (
                    judgement.probe, judgement.customer, judgement.a, judgement.b, judgement.chosen,
                    judgement.at.isoformat(), judgement.repeat_of,
                ),
            )  # fmt: skip
            return connection.last_insert_rowid()

    def take_back(self, number: int) -> None:
        """Remove a judgement, as an undo does."""
        with self._writing() as connection:
            connection.execute("DELETE FROM judgement WHERE number = ?", (number,))

    def all(self) -> tuple[Judgement, ...]:
        """Return all judgements in the order in which they were given."""
        with self._reading() as connection:
            return tuple(
                Judgement(number, probe, customer, a, b, chosen, datetime.fromisoformat(at), repeat_of)
                for number, probe, customer, a, b, chosen, at, repeat_of in select(
                    connection,
                    f"SELECT {COLUMNS} FROM judgement ORDER BY number",  # noqa: S608
                )
            )

    def add_version(self, name: str, kind: str, document: str, data: bytes | None = None) -> TasteVersion:
        """Keep a version of what was learnt, as of now. Raises ValueError if the name is taken."""
        at = datetime.now(UTC)
        with self._writing() as connection:
            try:
                connection.execute(
                    "INSERT INTO taste (name, kind, made_at, document, data) VALUES (?,?,?,?,?)",
                    (name, kind, at.isoformat(), document, data),
                )
            except apsw.ConstraintError as error:
                raise ValueError(f"there is a version named {name} already") from error
            return TasteVersion(connection.last_insert_rowid(), name, kind, at, document, data is not None)

    def versions(self) -> tuple[TasteVersion, ...]:
        """Return all versions, the oldest first, without their data."""
        with self._reading() as connection:
            rows = select(connection, f"SELECT {VERSION} FROM taste ORDER BY number")  # noqa: S608
        return tuple(_version(row) for row in rows)

    def version_data(self, number: int) -> bytes | None:
        """Return the bytes of a version, or None. Raises KeyError if there is no such version."""
        with self._reading() as connection:
            rows = select(connection, "SELECT data FROM taste WHERE number = ?", (number,))
        if not rows:
            raise KeyError(number)
        data: bytes | None = rows[0][0]
        return data

    def forget_version(self, number: int) -> None:
        """Remove a version."""
        with self._writing() as connection:
            connection.execute("DELETE FROM taste WHERE number = ?", (number,))


def _version(row: tuple[Any, ...]) -> TasteVersion:
    number, name, kind, made_at, document, has_data = row
    return TasteVersion(number, name, kind, datetime.fromisoformat(made_at), document, bool(has_data))
