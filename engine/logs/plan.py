"""How files will be read: an import plan, which can be looked at, corrected, saved and run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from engine import columns
from engine.errors import InputError
from engine.job import JobContext
from engine.logs.forms import joined_form
from engine.logs.layout import LAYOUTS, Column, Kind, Layout
from engine.logs.probing import Dialect
from engine.logs.sources import Source

if TYPE_CHECKING:
    from engine.logs.reader import ImportReport

UNUSED = ""  # the role of a column that is left out, and the kind of a file that is


@dataclass(frozen=True)
class ColumnPlan:
    """What one column of a file is taken to be.

    ``form`` and ``unit`` are those of engine.logs.forms; ``is_utc`` says that times are UTC's. ``samples`` are a few
    values as they stand in the file; they are shown and never saved.
    """

    name: str
    role: str = UNUSED
    confidence: float = 0.0
    form: str = ""
    unit: str = ""
    is_utc: bool = False
    samples: tuple[str, ...] = ()


@dataclass(frozen=True)
class FilePlan:
    """How one table is read: its kind, how sure that is, its dialect, and its columns in the order of the file."""

    source: Source
    kind: Kind | None
    confidence: float
    columns: tuple[ColumnPlan, ...]
    encoding: str = "utf-8"
    delimiter: str = ","
    has_header: bool = True
    decimal: str = "."
    skipped: int = 0  # lines above the header, or above the first row, that belong to no table

    @property
    def dialect(self) -> Dialect:
        """How the table is written."""
        return Dialect(self.encoding, self.delimiter, self.has_header, self.skipped)

    @property
    def layout(self) -> Layout:
        """What a file of this kind may hold; InputError if the kind is not known."""
        if self.kind is None:
            raise InputError(f"It is not known what {self.source.name} holds. Say it, or leave the file out.")
        return LAYOUTS[self.kind]

    def place(self, role: str) -> int | None:
        """Return where the column with a role stands; 0 is the first."""
        return next((place for place, column in enumerate(self.columns) if column.role == role), None)

    def written(self, role: str) -> ColumnPlan:
        """Return how a role's values are written; a time in two columns is written with a blank between them."""
        column = next(column for column in self.columns if column.role == role)
        clock = self.place(columns.CLOCK) if role == columns.TIME else None
        return column if clock is None else replace(column, form=joined_form(column.form, self.columns[clock].form))

    @property
    def missing(self) -> tuple[Column, ...]:
        """The roles that no column plays, needed or not."""
        return tuple(column for column in self.layout.columns if self.place(column.name) is None)

    def with_role(self, place: int, role: str) -> FilePlan:
        """Return the plan with a column's role set by a person; the column that had it before is not used."""
        if role != UNUSED:
            self.layout.column(role)
        changed = [
            replace(column, role=role, confidence=1.0)
            if number == place
            else (replace(column, role=UNUSED) if role != UNUSED and column.role == role else column)
            for number, column in enumerate(self.columns)
        ]
        return replace(self, columns=tuple(changed))


@dataclass(frozen=True)
class Lack:
    """Something the files do not give: a column of a file, or a kind of file. Without a needed one nothing starts."""

    kind: Kind
    role: str
    needed: bool
    sentence: str


@dataclass(frozen=True)
class ImportPlan:
    """How an operator's files are read. Times of UTC are turned into those of ``time_zone``, "" leaves them."""

    files: tuple[FilePlan, ...]
    time_zone: str = ""

    def of_kind(self, kind: Kind) -> tuple[FilePlan, ...]:
        """Return the files of a kind."""
        return tuple(file for file in self.files if file.kind == kind)

    def with_file(self, place: int, file: FilePlan) -> ImportPlan:
        """Return the plan with one file's plan put in the place of another."""
        return replace(self, files=(*self.files[:place], file, *self.files[place + 1 :]))

    def lacks(self) -> tuple[Lack, ...]:
        """Return what is not there, the needed first, each with a sentence that says what it is for."""
        found = [lack for file in self.files if file.kind is not None for lack in _lacks_of(file)]
        if not self.of_kind("calls") and not self.of_kind("usage"):
            found.append(Lack("calls", "", True, self._no_logs()))
        kinds: tuple[tuple[Kind, str], ...] = (
            ("customers", "offers: it is not known who the customers are, where they live and how old they are"),
            ("offers", "offers: there is no catalogue of what can be offered"),
            ("history", "learning whom an offer wins: no earlier, randomised campaign is there"),
            ("usage", "data volume and its trend"),
            ("cells", "distances: the places of the cells are not known"),
        )  # fmt: skip
        for kind, serves in kinds:
            if not self.of_kind(kind):
                found.append(Lack(kind, "", False, f"Without a file of {kind}, no {serves}."))
        if self.has_phones:
            found = [lack for lack in found if lack.role != columns.PHONE_TYPE]
        return tuple(sorted(found, key=lambda lack: not lack.needed))

    def _no_logs(self) -> str:
        """Return the sentence about files among which there are no logs."""
        unknown = [file.source.name for file in self.files if file.kind is None]
        if not unknown:
            return "No file of calls is there. Choose at least one."
        return (
            f"No file of calls is there, and it is not known what {unknown[0]} holds. Say it, or choose another file."
        )

    @property
    def has_phones(self) -> bool:
        """Whether any file of calls or usage says which phone was used."""
        return any(file.place(columns.PHONE_TYPE) is not None for file in self.files if file.kind in ("calls", "usage"))

    @property
    def can_run(self) -> bool:
        """Whether all that is needed is there."""
        return not any(lack.needed for lack in self.lacks())

    def run(self, context: JobContext | None = None) -> ImportReport:
        """Read the files into clean tables and rows set aside.

        Raises InputError if something needed is missing, a file has changed since the plan was made, or a file has no
        row that can be used.
        """
        from engine.logs.importing import run_plan

        return run_plan(self, context or JobContext())


def _lacks_of(file: FilePlan) -> list[Lack]:
    """Return what a file does not give."""
    missing = file.missing
    needed = [column for column in missing if column.needed]
    found = []
    if needed:
        found.append(Lack(file.layout.kind, needed[0].name, True, lacking(file, [column.name for column in needed])))
    for column in missing:
        if not column.needed and column.serves:
            sentence = f'Without "{column.name}" in {file.source.name}, no {column.serves}.'
            found.append(Lack(file.layout.kind, column.name, False, sentence))
    return found


def lacking(file: FilePlan, roles: Sequence[str]) -> str:
    """Return the sentence about roles that no column of a file plays."""
    word, article = "column" if len(roles) == 1 else "columns", "an" if file.kind == "offers" else "a"
    found = _quoted([column.name for column in file.columns]) if file.has_header else f"{len(file.columns)} columns"
    return (
        f"{file.source.name} lacks the {word} {_quoted(roles)}, needed in {article} {file.kind} file. "
        f"Found instead: {found or 'nothing'}. Rename the {word} in the first line, or choose another file."
    )


def _quoted(names: Sequence[str], most: int = 12) -> str:
    """Return names in quotation marks for a sentence, at most a dozen."""
    shown = [f'"{name[:40]}"' for name in names[:most]]
    return ", ".join(shown) + (f" and {len(names) - most} more" if len(names) > most else "")
