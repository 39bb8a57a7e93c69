"""What would become of a file's first rows with the settings of its plan."""

# ruff: noqa: S608 - the SQL is built from our own column names; what a file says comes in as data only

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from engine.logs.cutting import cut_lines
from engine.logs.plan import FilePlan
from engine.logs.probing import probe_source
from engine.logs.rows import Limits, select_rows


@dataclass(frozen=True)
class PreviewReason:
    """Why some of the rows looked at would be set aside: how many, in which column, and the first of them."""

    reason: str
    column: str | None
    rows: int
    text: str


@dataclass(frozen=True)
class Preview:
    """What would become of the rows looked at, which are the first ones of the file."""

    rows: int
    rejected: int
    reasons: tuple[PreviewReason, ...]  # the most frequent first


def preview(file: FilePlan, time_zone: str = "") -> Preview:
    """Judge the first rows (up to about 1,200) of a file by themselves, as its plan says; takes some 50 ms.

    Whether a customer is in the list or a time far from the others is not looked at. Raises InputError if the file
    cannot be read or its kind is not known.
    """
    import duckdb

    file.layout  # noqa: B018 - says that the kind is not known
    lines = probe_source(file.source, file.dialect).lines
    data = "".join(f"{line}\n" for line in lines).encode("utf-8", "replace")
    if file.kind == "offers" or not lines:
        return Preview(len(lines), 0, ())
    first = file.skipped + (2 if file.has_header else 1)
    with duckdb.connect(config={"enable_external_access": "false"}) as connection:
        chunk = cut_lines(data, file.delimiter, np.arange(first, first + len(lines)), was_utf8=file.encoding == "utf-8")
        connection.register("chunk", chunk)
        judged = select_rows(file, Limits(), time_zone, related=False)
        found = connection.execute(
            f"SELECT reason, wrong_column, count(*), arg_min(row, line) FROM ({judged}) "
            "GROUP BY reason, wrong_column ORDER BY 3 DESC, 1"
        ).fetchall()
    reasons = [PreviewReason(reason, column, rows, text) for reason, column, rows, text in found if reason is not None]
    return Preview(sum(row[2] for row in found), sum(reason.rows for reason in reasons), tuple(reasons))
