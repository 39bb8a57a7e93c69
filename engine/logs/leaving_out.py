"""Who was erased stays out of files that still have them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from engine.campaign.erased import Erased
from engine.campaign.tables import mentions
from engine.logs.reader import ImportReport, summed_up

PEOPLE = {"calls": ("caller", "callee"), "usage": ("customer",), "customers": ("customer",), "history": ("customer",)}
BETWEEN_FIELDS = re.compile(r"[,;|\t\"]")


def leave_out(report: ImportReport, erased: Erased) -> ImportReport:
    """Return an import without those who were erased: their rows, those about them, and what was set aside of them."""
    people = list(erased.among(_identifiers(report))) if erased.digests else []
    if not people:
        return report
    connection = report.tables.connection
    for table, columns in PEOPLE.items():
        for column in columns:
            connection.execute(f"DELETE FROM {table} WHERE list_contains(?, {column})", [people])  # noqa: S608
    connection.execute("UPDATE rejects SET text = '' WHERE regexp_matches(text, ?)", [mentions(*people)])
    return summed_up(connection, report.tables.files, report.tables.catalogue)


def _identifiers(report: ImportReport) -> Iterator[str]:
    """Yield whoever is named in the tables or in a row that was set aside."""
    connection = report.tables.connection
    columns = [(table, column) for table, names in PEOPLE.items() for column in names]
    union = " UNION ".join(f"SELECT {column} FROM {table}" for table, column in columns)  # noqa: S608
    for (one,) in connection.execute(union).fetchall():
        yield str(one)
    for text in report.tables.rejects["text"].to_pylist():
        yield from (field.strip() for field in BETWEEN_FIELDS.split(text or ""))
