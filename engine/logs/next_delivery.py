"""The next delivery of an operator whose files were read before: what was corrected then holds for files alike."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from engine.errors import InputError
from engine.logs.detection import detect_table
from engine.logs.layout import LAYOUTS, Kind
from engine.logs.plan import FilePlan, ImportPlan
from engine.logs.sources import Source, find_sources

SELF_EVIDENT = "utf-"  # encodings that show themselves; the others a person may have had to say


def with_files(plan: ImportPlan, kind: Kind, paths: Iterable[Path]) -> ImportPlan:
    """Return the plan with these files in the place of those of a kind.

    A file with the columns and the delimiter of an earlier one is read as that one was, with all that a person
    corrected; any other is looked at anew. Raises InputError if a file cannot be opened or is no table.
    """
    earlier = plan.of_kind(kind)
    sources = list(dict.fromkeys(source for path in paths for source in find_sources(path)))
    if not sources:
        raise InputError(f"No file of {kind} is there. Choose at least one, or leave the word out.")
    planned = tuple(_like_earlier(source, kind, earlier) for source in sources)
    order = list(LAYOUTS)
    files = [*(file for file in plan.files if file.kind != kind), *planned]
    files.sort(key=lambda file: order.index(file.kind) if file.kind else len(order))
    return replace(plan, files=tuple(files))


def _like_earlier(source: Source, kind: Kind, earlier: Iterable[FilePlan]) -> FilePlan:
    """Return how a file is read: as an earlier one of its kind, or as is found out."""
    found = detect_table(source, kind)
    alike = next((file for file in earlier if _look(file) == _look(found)), None)
    if alike is None:
        return found
    is_evident = found.encoding.startswith(SELF_EVIDENT) or alike.encoding.startswith(SELF_EVIDENT)
    return replace(
        alike, source=source, encoding=found.encoding if is_evident else alike.encoding, skipped=found.skipped
    )


def _look(file: FilePlan) -> tuple[str, bool, list[str]]:
    return file.delimiter, file.has_header, [column.name for column in file.columns]
