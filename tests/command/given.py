"""What the commands are given, and what they leave."""

from __future__ import annotations

import csv
import subprocess
from pathlib import Path

from engine.demo import DemoOperator

OWN = {"SEMBLANCE_PASSPHRASE": "a long passphrase"}


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def header_of(path: Path) -> list[str]:
    with path.open(encoding="utf-8", newline="") as file:
        return next(csv.reader(file))


def own_arguments(operator: DemoOperator, out: Path, **changed: Path | str) -> list[str | Path]:
    files = operator.files
    given = {
        "customers": files.customers, "offers": files.offers, "history": files.history,
        "inventory": operator.inventory, "photos": operator.photos, "out": out,
    } | changed  # fmt: skip
    arguments: list[str | Path] = ["campaign", "--calls", *files.calls, "--usage", *files.usage]
    for name, value in given.items():
        arguments += [f"--{name.replace('_', '-')}", value]
    return arguments


def without_consent(operator: DemoOperator) -> list[str]:
    """Return two customers with a photo, who are not to agree to its use."""
    return sorted(photo.stem for photo in operator.photos.iterdir())[:2]


def without_history(arguments: list[str | Path]) -> list[str | Path]:
    """Leave the last campaign out."""
    place = arguments.index("--history")
    return [*arguments[:place], *arguments[place + 2 :]]


def nothing_left_in(folder: Path) -> bool:
    return not any(folder.iterdir())


def sentence(done: subprocess.CompletedProcess[str]) -> str:
    """Return the one line that a failed run says, and check that it is one."""
    assert done.returncode == 1, done.stderr
    return only_sentence(done.stderr)


def only_sentence(errors: str) -> str:
    """Return the one line that the program says, and check that it is one."""
    said = [line for line in errors.splitlines() if line.startswith("semblance: ")]
    assert len(said) == 1, errors
    assert "Traceback" not in errors
    return said[0]
