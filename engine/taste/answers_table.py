"""A table of answers: which of two faces is more like a third, said elsewhere than on the quiet screen."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from engine.campaign import Campaign
from engine.errors import InputError
from engine.inventory.headed_table import find_table
from engine.inventory.named_photos import NamedPhotos

# What the columns are called, in English, Hungarian and German, as plain_name writes it
_NAMES = {
    "face": "face photo probe anchor arc kep foto gesicht bild",
    "nearer": "nearer more_alike more closer positive hasonlobb kozelebbi aehnlicher ahnlicher naeher naher",
    "farther": "farther less_alike less further negative kevesbe kevesbe_hasonlo tavolabbi unaehnlicher unahnlicher "
    "ferner",
}
COLUMNS = {role: frozenset(names.split()) for role, names in _NAMES.items()}
Answer = tuple[str, str, str]  # keys of photos: a face, the one more like it, the one less like it


@dataclass(frozen=True)
class AnswersTable:
    """The answers that a table holds about photos of the inventory, and the lines that cannot be used, with why."""

    name: str
    answers: tuple[Answer, ...]
    problems: tuple[str, ...] = ()


def read_answers(campaign: Campaign, path: Path) -> AnswersTable:
    """Read a table with the columns face, nearer and farther, whose cells name photos of the inventory.

    A photo is known by its key, its path or the end of it, as in a table of rights. Raises InputError if the file has
    no such columns, or cannot be read.
    """
    found = find_table(path, COLUMNS, COLUMNS.keys())
    if found is None:
        raise InputError(
            f"{path.name} has no columns “face”, “nearer” and “farther”. Name them so; each cell is a campaign photo."
        )
    rows = [(line, tuple(found.cell(role, row) for role in COLUMNS)) for line, row in found.table.rows]
    photos = NamedPhotos(campaign, {name for _, names in rows for name in names})
    answers: list[Answer] = []
    problems = []
    for line, names in rows:
        try:
            face, nearer, farther = (_meant(photos, name) for name in names)
            if len({face, nearer, farther}) < 3:
                raise InputError("A photo stands in it twice. Name three photos.")
            answers.append((face, nearer, farther))
        except InputError as error:
            problems.append(f"{path.name}, line {line}: {error}")
    return AnswersTable(path.name, tuple(answers), tuple(problems))


def _meant(photos: NamedPhotos, name: str) -> str:
    if not name:
        raise InputError("A photo is missing. Name three photos.")
    found, _ = photos.meant_by(name)
    if not found:
        raise InputError(f"{name} is no campaign photo. Add it, or correct the name.")
    if len(found) > 1:
        raise InputError(f"{name} may be {' or '.join(found[:3])}. Write the folder too.")
    return found[0]
