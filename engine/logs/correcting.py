"""Corrections of a file's plan that need another look at the file."""

from __future__ import annotations

from dataclasses import replace

from engine import columns
from engine.errors import InputError
from engine.logs.detection import SAMPLES, detect_table
from engine.logs.layout import Kind
from engine.logs.names import unit_of
from engine.logs.plan import UNUSED, FilePlan
from engine.logs.probing import Dialect, Probe, probe_source
from engine.logs.values import column_form, look_at

SET_BY_HAND = 1.0  # the confidence of what a person said


def correct_kind(file: FilePlan, kind: Kind | None) -> FilePlan:
    """Return the plan of a file that holds something else, its columns' roles found anew; None leaves it out."""
    if kind is None:
        unused = tuple(replace(column, role=UNUSED, confidence=0.0) for column in file.columns)
        return replace(file, kind=None, confidence=SET_BY_HAND, columns=unused)
    return detect_table(file.source, kind, file.dialect)


def correct_dialect(file: FilePlan, dialect: Dialect) -> FilePlan:
    """Return the plan of a file that is written otherwise, its roles found anew except those that a person set."""
    found = detect_table(file.source, file.kind, dialect)
    if len(found.columns) != len(file.columns) or found.kind != file.kind:
        return found
    for place, column in enumerate(file.columns):
        if column.confidence == SET_BY_HAND and column.role != found.columns[place].role:
            found = correct_role(found, place, column.role)
    return found


def correct_role(file: FilePlan, place: int, role: str) -> FilePlan:
    """Return the plan with a column's role set by a person, and how the column is written found out for it."""
    probe = _probe(file)
    values = look_at(probe.values(place), len(probe.rows))
    changed = file.with_role(place, role)
    column = replace(
        changed.columns[place],
        form=column_form(values, role),
        unit=unit_of(file.columns[place].name, role) if file.has_header else "",
        is_utc=role == columns.TIME and values.is_utc,
    )
    return replace(changed, columns=(*changed.columns[:place], column, *changed.columns[place + 1 :]))


def with_samples(file: FilePlan) -> FilePlan:
    """Return a plan that was loaded with a few values of each column."""
    probe = _probe(file)
    planned = tuple(
        replace(column, samples=tuple(dict.fromkeys(text[:80] for text in probe.values(place)))[:SAMPLES])
        for place, column in enumerate(file.columns)
    )
    return replace(file, columns=planned)


def _probe(file: FilePlan) -> Probe:
    """Look at a file as its plan says. Raises InputError if its columns are not the plan's."""
    probe = probe_source(file.source, file.dialect)
    if len(probe.names) != len(file.columns):
        raise InputError(
            f"The columns of {file.source.name} are not those that the plan was made for. Look at the file again."
        )
    return probe
