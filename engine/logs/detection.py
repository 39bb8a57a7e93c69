"""Files to an import plan: each table's kind and dialect, and the role of each of its columns."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from engine import columns
from engine.errors import InputError
from engine.job import JobContext
from engine.logs.forms import is_ambiguous
from engine.logs.layout import LAYOUTS, Kind, Layout
from engine.logs.names import EXACT, file_score, is_of_others, name_score, unit_of
from engine.logs.plan import UNUSED, ColumnPlan, FilePlan, ImportPlan
from engine.logs.probing import Dialect, Probe, probe_source
from engine.logs.sources import Source, find_sources
from engine.logs.values import Values, column_form, look_at, value_score

LEAST = 0.3  # below this a column plays no role, and a file is of no kind
SAMPLES = 5
UNSURE = 0.5  # of a date whose day and month could be swapped


def detect(paths: Iterable[Path], context: JobContext | None = None) -> ImportPlan:
    """Look at files and folders and return how they would be read.

    A table that is none of the kinds is in the plan without a kind. Raises InputError if a file cannot be opened, is
    empty or is no table, or if nothing was given.
    """
    context = context or JobContext()
    given = list(paths)
    sources = list(dict.fromkeys(source for path in given for source in find_sources(path)))
    if not sources:
        raise InputError("No file was given. Choose at least one file of calls.")
    files = []
    for number, source in enumerate(sources):
        context.progress(number / len(sources), f"Looking at {source.name}")
        files.append(detect_table(source))
    context.progress(1.0, "Files looked at")
    order = list(LAYOUTS)
    return ImportPlan(tuple(sorted(files, key=lambda file: order.index(file.kind) if file.kind else len(order))))


def detect_table(source: Source, kind: Kind | None = None, dialect: Dialect | None = None) -> FilePlan:
    """Look at one table, which is of a known ``kind`` or of the one that fits best, in a known dialect or any."""
    probe = probe_source(source, dialect)
    values = [look_at(probe.values(place), len(probe.rows)) for place in range(len(probe.names))]
    decimal = _decimal(probe, values)
    kinds = [LAYOUTS[kind]] if kind else list(LAYOUTS.values())
    found = [(_fit(source, layout, probe, values, decimal), layout) for layout in kinds]
    (fit, roles), layout = max(found, key=lambda each: each[0][0])
    named = FilePlan(
        source,
        layout.kind,
        round(fit, 2),
        (),
        probe.encoding,
        probe.delimiter,
        probe.has_header,
        decimal,
        probe.skipped,
    )
    if kind:
        named = replace(named, confidence=1.0)
    elif fit < LEAST:
        named, roles = replace(named, kind=None, confidence=0.0), {}
    planned = [
        _column(name, values[place], *roles.get(place, (UNUSED, 0.0)), probe.has_header)
        for place, name in enumerate(probe.names)
    ]
    return replace(named, columns=tuple(planned))


def _column(name: str, values: Values, role: str, confidence: float, has_header: bool) -> ColumnPlan:
    """Return what is planned for a column."""
    form = column_form(values, role)
    if role in (columns.TIME, columns.SINCE) and "%d" in form and is_ambiguous(form, values.texts):
        confidence = min(confidence, UNSURE)
    return ColumnPlan(
        name=name,
        role=role,
        confidence=round(confidence, 2),
        form=form,
        unit=unit_of(name, role) if has_header else "",
        is_utc=role == columns.TIME and values.is_utc,
        samples=tuple(dict.fromkeys(text[:80] for text in values.texts))[:SAMPLES],
    )


def _decimal(probe: Probe, values: Sequence[Values]) -> str:
    """Return the decimal mark: a comma only where it is no delimiter and some column needs it."""
    if probe.delimiter == ",":
        return "."
    gains = [each.numbers[","] - each.numbers["."] for each in values if each.texts]
    return "," if max(gains, default=0.0) > 0.05 and max(gains) > -min(gains) else "."


def _fit(
    source: Source, layout: Layout, probe: Probe, values: Sequence[Values], decimal: str
) -> tuple[float, dict[int, tuple[str, float]]]:
    """Return how well a table fits a kind (0 to 1), and the role and its confidence of each column that has one.

    The surest role of all is given first, then the next one among what is left; of equals the one further left.
    """
    roles = _day_and_clock(probe, values) if layout.parts else {}
    scores = [
        (_confidence(probe, place, column.name, layout, values[place], decimal), place, number, column.name)
        for place in range(len(probe.names))
        for number, column in enumerate(layout.columns)
    ]
    for confidence, place, _, role in sorted(scores, key=lambda score: (-score[0], score[2], score[1])):
        taken = {given for given, _ in roles.values()}
        if confidence >= LEAST and place not in roles and role not in taken:
            roles[place] = (role, confidence)
    by_role = dict(roles.values())
    needed = [by_role.get(column.name, 0.0) for column in layout.columns if column.needed]
    if layout.kind == "offers":
        needed += [by_role.get(role, 0.0) for role in (columns.MARGIN, columns.COST)]
    known = sum(confidence >= 0.8 for confidence in by_role.values()) / max(len(probe.names), 1)
    whole = sum(needed) / len(needed) * (0.4 if min(needed) < LEAST else 1.0)
    return min(1.0, 0.75 * whole + 0.15 * known + 0.1 * file_score(source.name, layout.kind)), roles


def _day_and_clock(probe: Probe, values: Sequence[Values]) -> dict[int, tuple[str, float]]:
    """Return the roles of the two columns that a time's day and its clock stand in, if no column has both."""
    if any(each.times > 0.5 and not each.days_only for each in values):
        return {}

    def sure(place: int, role: str) -> float:
        return name_score(probe.names[place], role) if probe.has_header else 0.0

    def is_another(place: int, role: str) -> bool:
        return probe.has_header and is_of_others(probe.names[place], role)

    days = [place for place, each in enumerate(values) if each.are_days and not is_another(place, columns.TIME)]
    clocks = [
        place
        for place, each in enumerate(values)
        if each.are_of_the_clock and place not in days and not is_another(place, columns.CLOCK)
    ]
    if not days or not clocks:
        return {}
    day = max(days, key=lambda place: sure(place, columns.TIME))
    clock = min(clocks, key=lambda place: (-sure(place, columns.CLOCK), abs(place - day)))
    confidence = 0.6 + 0.2 * (sure(day, columns.TIME) == EXACT) + 0.2 * (sure(clock, columns.CLOCK) == EXACT)
    return {day: (columns.TIME, confidence), clock: (columns.CLOCK, confidence)}


def _confidence(probe: Probe, place: int, role: str, layout: Layout, values: Values, decimal: str) -> float:
    """Return how sure it is that a column plays a role, by its name and its values."""
    by_value = value_score(values, role, decimal)
    if not probe.has_header:
        return 0.0 if _is_any_text(layout, role) else by_value * 0.65
    name = probe.names[place]
    by_name = name_score(name, role)
    others = max((name_score(name, column.name) for column in layout.columns if column.name != role), default=0.0)
    if by_name == EXACT:
        if not values.texts or role in (columns.SECONDS, columns.MEGABYTES):
            return 0.9
        return 0.9 + 0.1 * by_value if by_value > 0.25 or layout.column(role).content == "text" else 0.6
    if is_of_others(name, role) or others > by_name:
        return 0.0
    if by_name:
        return 0.3 + 0.5 * max(by_value, 0.3)
    return 0.0 if _is_any_text(layout, role) else by_value * 0.5


def _is_any_text(layout: Layout, role: str) -> bool:
    """Whether any text would do for a role, so that only a name can tell."""
    return layout.column(role).content == "text" and role not in (columns.PHONE_TYPE, columns.SEX)
