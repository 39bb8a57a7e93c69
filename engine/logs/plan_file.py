"""Import plans as TOML files. What is loaded is checked as anything that comes from outside."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar, get_args

from engine.errors import InputError, PlaceError
from engine.logs.encodings import ENCODINGS
from engine.logs.forms import CLOCK, PART_FORMS, TIME_FORMS, UNIT_FACTORS, zone_steps
from engine.logs.layout import LAYOUTS, Kind
from engine.logs.plan import UNUSED, ColumnPlan, FilePlan, ImportPlan
from engine.logs.probing import DELIMITERS, MOST_ABOVE, MOST_COLUMNS
from engine.logs.sources import Shape, Source
from engine.unfinished import whole_file

VERSION = 1
LARGEST = 1 << 20  # bytes
DECIMALS = (".", ",")
PLAN_KEYS = {"version", "time_zone", "files"}
FILE_KEYS = {
    "path", "shape", "member", "kind", "confidence", "encoding", "delimiter", "has_header", "skipped", "decimal",
    "columns",
}  # fmt: skip
COLUMN_KEYS = {"name", "role", "confidence", "form", "unit", "is_utc"}
Value = TypeVar("Value", str, bool, float, list[Any])


def save_plan(plan: ImportPlan, path: Path) -> None:
    """Write a plan as TOML. Files below the plan's folder are named from there, so that both can be moved together.

    Samples of the values are left out: they are about people. Raises PlaceError if it cannot be written.
    """
    try:
        with whole_file(path) as unfinished:
            unfinished.write_bytes(plan_text(plan, path.resolve().parent).encode())
    except OSError as error:
        raise PlaceError.of(error, path, at=path) from error


def plan_text(plan: ImportPlan, folder: Path | None = None) -> str:
    """Return a plan as TOML; files below ``folder`` are named from there, all others by their whole path."""
    import tomli_w

    content = {
        "version": VERSION,
        "time_zone": plan.time_zone,
        "files": [_file_to_toml(file, folder) for file in plan.files],
    }
    return tomli_w.dumps(content)


def _file_to_toml(file: FilePlan, folder: Path | None) -> dict[str, Any]:
    where = file.source.path.resolve()
    is_below = folder is not None and where.is_relative_to(folder)
    return {
        "path": where.relative_to(folder).as_posix() if folder is not None and is_below else str(where),
        "shape": file.source.shape,
        "member": file.source.member,
        "kind": file.kind or UNUSED,
        "confidence": file.confidence,
        "encoding": file.encoding,
        "delimiter": file.delimiter,
        "has_header": file.has_header,
        "skipped": file.skipped,
        "decimal": file.decimal,
        "columns": [
            {key: value for key in sorted(COLUMN_KEYS) if (value := getattr(column, key)) or key == "name"}
            for column in file.columns
        ],
    }


def load_plan(path: Path) -> ImportPlan:
    """Read a plan from a TOML file.

    Raises InputError, naming the place, for anything that a plan cannot hold. That the files still look as planned is
    checked when the plan is run.
    """
    try:
        with path.open("rb") as file:
            data = file.read(LARGEST + 1)
    except OSError as error:
        raise InputError(f"The plan {path} cannot be read ({error.strerror or error}).") from error
    if len(data) > LARGEST:
        raise InputError(f"{path.name} is too large for a plan. Choose another file.")
    return read_plan(data, path.name, path.resolve().parent)


def read_plan(data: bytes, name: str, folder: Path) -> ImportPlan:
    """Read a plan from TOML called ``name``, whose files are named from ``folder``. Raises InputError."""
    try:
        content = tomllib.loads(data.decode("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise InputError(f"{name} is no plan: it is not TOML ({error}).") from error
    reader = _Reader(name)
    if "tables" in content:
        raise InputError(f"{name} is the plan of a warehouse. Give it to the command line, beside --warehouse.")
    reader.known(content, PLAN_KEYS, "the plan")
    if content.get("version") != VERSION:
        raise InputError(f"{name} is a plan of another version of the program. Make it again.")
    zone = reader.value(content, "time_zone", str, "the plan", "")
    if zone:
        zone_steps(zone)
    files = reader.value(content, "files", list, "the plan")
    return ImportPlan(tuple(_file(reader, entry, number, folder) for number, entry in enumerate(files, 1)), zone)


class _Reader:
    """Takes values out of a plan and says where one is wrong."""

    def __init__(self, name: str) -> None:
        self.name = name

    def wrong(self, place: str, what: str) -> InputError:
        """Return the sentence about something wrong at a place."""
        return InputError(f"{self.name}: in {place}, {what}. Correct the plan, or make it again.")

    def known(self, table: object, keys: set[str], place: str) -> Mapping[str, Any]:
        """Return the table; InputError if it is none or has a key that is not known."""
        if not isinstance(table, dict):
            raise self.wrong(place, "a table is expected")
        if strange := sorted(set(table) - keys):
            raise self.wrong(place, f'"{strange[0][:40]}" is not known')
        return table

    def value(
        self, table: Mapping[str, Any], key: str, kind: type[Value], place: str, default: Value | None = None
    ) -> Value:
        """Return a value of a type; InputError if it is missing or of another one."""
        value = table.get(key, default)
        if kind is float and isinstance(value, int) and not isinstance(value, bool):
            value = float(value)
        if not isinstance(value, kind):
            raise self.wrong(place, f'"{key}" is missing or of the wrong type')
        if isinstance(value, str) and (len(value) > 4_096 or "\0" in value):
            raise self.wrong(place, f'"{key}" is too long or holds a zero byte')
        return value

    def choice(self, table: Mapping[str, Any], key: str, choices: tuple[str, ...], place: str, default: str) -> str:
        """Return one of some words; InputError if it is another one."""
        value = self.value(table, key, str, place, default)
        if value not in choices:
            raise self.wrong(place, f'"{key}" is "{value[:40]}", which is none of its values')
        return value


def _file(reader: _Reader, entry: object, number: int, folder: Path) -> FilePlan:
    """Return one file's plan."""
    place = f"file {number}"
    table = reader.known(entry, FILE_KEYS, place)
    kind = reader.choice(table, "kind", (UNUSED, *LAYOUTS), place, UNUSED)
    shape = reader.choice(table, "shape", get_args(Shape), place, "text")
    member = reader.value(table, "member", str, place, "")
    if (shape in ("zip", "workbook")) != bool(member):
        raise reader.wrong(place, f'"member" does not go with the shape "{shape}"')
    entries = reader.value(table, "columns", list, place)
    if not 0 < len(entries) <= MOST_COLUMNS:
        raise reader.wrong(place, "the number of columns is impossible")
    columns = tuple(_column(reader, each, f"{place}, column {n}", kind) for n, each in enumerate(entries, 1))
    roles = [column.role for column in columns if column.role]
    if len(set(roles)) < len(roles):
        raise reader.wrong(place, "two columns play the same role")
    return FilePlan(
        source=Source(folder / reader.value(table, "path", str, place), _shape(shape), member),
        kind=_kind(kind),
        confidence=_share(reader, table, place),
        columns=columns,
        encoding=reader.choice(table, "encoding", ENCODINGS, place, "utf-8"),
        delimiter=reader.choice(table, "delimiter", DELIMITERS, place, ","),
        has_header=reader.value(table, "has_header", bool, place, True),
        skipped=_skipped(reader, table, place),
        decimal=reader.choice(table, "decimal", DECIMALS, place, "."),
    )


def _column(reader: _Reader, entry: object, place: str, kind: str) -> ColumnPlan:
    """Return one column's plan."""
    table = reader.known(entry, COLUMN_KEYS, place)
    layout = _kind(kind)
    roles = tuple(column.name for column in LAYOUTS[layout].roles) if layout else ()
    return ColumnPlan(
        name=reader.value(table, "name", str, place),
        role=reader.choice(table, "role", (UNUSED, *roles), place, UNUSED),
        confidence=_share(reader, table, place),
        form=reader.choice(table, "form", (*TIME_FORMS, *PART_FORMS, CLOCK), place, ""),
        unit=reader.choice(table, "unit", tuple(UNIT_FACTORS), place, ""),
        is_utc=reader.value(table, "is_utc", bool, place, False),
    )


def _skipped(reader: _Reader, table: Mapping[str, Any], place: str) -> int:
    skipped = reader.value(table, "skipped", float, place, 0.0)
    if not skipped.is_integer() or not 0 <= skipped <= MOST_ABOVE:
        raise reader.wrong(place, '"skipped" is not a small number of lines')
    return int(skipped)


def _share(reader: _Reader, table: Mapping[str, Any], place: str) -> float:
    share = reader.value(table, "confidence", float, place, 0.0)
    if not 0.0 <= share <= 1.0:
        raise reader.wrong(place, '"confidence" is not between 0 and 1')
    return share


def _kind(text: str) -> Kind | None:
    return next((kind for kind in LAYOUTS if kind == text), None)


def _shape(text: str) -> Shape:
    shapes: tuple[Shape, ...] = get_args(Shape)
    return next(shape for shape in shapes if shape == text)
