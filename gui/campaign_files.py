"""What a new campaign is made from: the parts, what was chosen for each, and what is still wrong."""

from __future__ import annotations

import csv
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from PySide6.QtCore import QCoreApplication

from engine.columns import BIRTH_YEAR, CALLER, COST, CUSTOMER, MARGIN, MEGABYTES, OUTCOME, RESIDENCE
from engine.errors import InputError
from engine.faces import photo_paths
from gui.openings import SUFFIX, NewCampaign

Part = Literal[
    "calls", "usage", "customers", "offers", "history", "inventory", "photos", "target", "passphrase", "repeat"
]
Kind = Literal["files", "file", "folder"]
PARTS: dict[Part, Kind] = {
    "calls": "files",
    "usage": "files",
    "customers": "file",
    "offers": "file",
    "history": "file",
    "inventory": "folder",
    "photos": "folder",
}
REQUIRED: tuple[Part, ...] = ("calls", "customers", "offers", "inventory", "photos")
SHORTEST_PASSPHRASE = 8
READ_AT_MOST = 64 * 1024


def tr(text: str) -> str:
    """Translate a phrase of this module."""
    return QCoreApplication.translate("campaign_files", text)


@dataclass
class CampaignFiles:
    """What was chosen so far; ``problems`` says in words what is missing or wrong."""

    paths: dict[Part, tuple[Path, ...]] = field(default_factory=dict)
    template: str | None = None
    target: str = ""
    passphrase: str = ""
    repeat: str = ""

    def chosen(self, part: Part) -> tuple[Path, ...]:
        """Return what was chosen for a part."""
        return self.paths.get(part, ())

    def choose(self, part: Part, paths: tuple[Path, ...]) -> None:
        """Choose files or a folder for a part; where only one can be, the last one stays."""
        self.paths[part] = paths if PARTS[part] == "files" else paths[-1:]

    def problems(self) -> dict[Part, str]:
        """Return a sentence for each part that is not right yet."""
        found: dict[Part, str] = {}
        for part in PARTS:
            if sentence := self._problem(part):
                found[part] = sentence
        if sentence := self._target_problem():
            found["target"] = sentence
        if len(self.passphrase) < SHORTEST_PASSPHRASE:
            found["passphrase"] = tr("Choose at least {count} characters.").format(count=SHORTEST_PASSPHRASE)
        elif self.repeat != self.passphrase:
            found["repeat"] = tr("The two passphrases differ. Type the same one twice.")
        return found

    def _problem(self, part: Part) -> str:
        chosen = self.chosen(part)
        if not chosen:
            return missing_sentence(part) if part in REQUIRED else ""
        for path in chosen:
            if not path.exists():
                return tr("{name} is not there any more. Choose it again.").format(name=path.name)
            if PARTS[part] == "folder" and not has_pictures(path):
                return tr("There is no photo in {name}. Choose the folder that holds them.").format(name=path.name)
            if PARTS[part] != "folder" and path.stat().st_size == 0:
                return tr("{name} is empty. Choose another file.").format(name=path.name)
        return ""

    def _target_problem(self) -> str:
        if not self.target.strip():
            return tr("Choose where to save the campaign.")
        path = self.target_path()
        if path.exists():
            return tr("{name} is there already. Choose another name.").format(name=path.name)
        if not path.parent.is_dir():
            return tr("There is no folder {name}. Choose another one.").format(name=str(path.parent))
        return ""

    def target_path(self) -> Path:
        """Return where the campaign file goes, with the right ending."""
        path = Path(self.target.strip()).expanduser()
        return path if path.suffix == SUFFIX else path.with_name(path.name + SUFFIX)

    def campaign(self) -> NewCampaign:
        """Return the whole, once there are no problems."""
        path = self.target_path()
        return NewCampaign(
            name=path.stem,
            calls=self.chosen("calls"),
            usage=self.chosen("usage"),
            customers=self.chosen("customers")[0],
            offers=self.chosen("offers")[0],
            history=next(iter(self.chosen("history")), None),
            inventory=self.chosen("inventory")[0],
            photos=self.chosen("photos")[0],
            template=self.template,
            path=path,
            passphrase=self.passphrase,
        )


def missing_sentence(part: Part) -> str:
    """Say what is missing and what it is for."""
    return {
        "calls": tr("Choose at least one file of call records."),
        "customers": tr("Choose the customer list."),
        "offers": tr("Choose the offer catalogue."),
        "inventory": tr("Choose the folder with the campaign photos."),
        "photos": tr("Choose the folder with the customers' photos."),
    }.get(part, "")


def has_pictures(folder: Path) -> bool:
    """Whether a folder holds at least one file that the campaign will try to read as a photo."""
    try:
        return bool(photo_paths(folder))
    except InputError:
        return False


def recognise(path: Path) -> Part | None:
    """Tell by its header what a file is for; None if it is none of what a campaign needs."""
    try:
        with path.open(encoding="utf-8-sig", errors="replace", newline="") as file:
            line = file.readline(READ_AT_MOST)
    except OSError:
        return None
    delimiter = max(",;\t|", key=line.count)
    columns = {name.strip().lower() for name in next(csv.reader([line], delimiter=delimiter), [])}
    signs: tuple[tuple[Part, set[str]], ...] = (
        ("calls", {CALLER}),
        ("usage", {MEGABYTES}),
        ("history", {OUTCOME, CUSTOMER}),
        ("offers", {MARGIN, COST}),
        ("customers", {CUSTOMER, RESIDENCE}),
        ("customers", {CUSTOMER, BIRTH_YEAR}),
    )
    return next((part for part, needed in signs if needed <= columns), None)


def sort_dropped(paths: list[Path], files: CampaignFiles) -> list[Path]:
    """Put dropped files and folders where they belong; return those that were not recognised."""
    unknown = []
    for path in paths:
        if path.is_dir():
            part: Part | None = _folder_part(path, files)
        else:
            part = recognise(path)
        if part is None:
            unknown.append(path)
        elif PARTS[part] == "files":
            files.choose(part, tuple(dict.fromkeys((*files.chosen(part), path))))
        else:
            files.choose(part, (path,))
    return unknown


def _folder_part(folder: Path, files: CampaignFiles) -> Part | None:
    if not has_pictures(folder):
        return None
    name = folder.name.lower()
    if "customer" in name or name == "photos":
        return "photos"
    if "inventory" in name or "campaign" in name or not files.chosen("inventory"):
        return "inventory"
    return "photos"


Strength = Literal["short", "weak", "fair", "strong"]


def strength(passphrase: str) -> Strength:
    """Judge a passphrase by length and variety; a hint, for nothing is sent anywhere to be compared."""
    if len(passphrase) < SHORTEST_PASSPHRASE:
        return "short"
    kinds = sum(
        any(test(letter) for letter in passphrase)
        for test in (str.islower, str.isupper, str.isdigit, lambda letter: not letter.isalnum())
    )
    score = len(passphrase) + 3 * kinds if len(set(passphrase)) > len(passphrase) // 2 else len(set(passphrase))
    return "weak" if score < 16 else "fair" if score < 22 else "strong"
